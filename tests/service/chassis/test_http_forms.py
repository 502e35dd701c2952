"""Bodies that are forms, and headers that a method reads itself."""

from typing import Any

import pytest

from tests.service.chassis.edge import Edge
from tests.support.asking import Reply

FORM = "application/x-www-form-urlencoded"


def wish(edge: Edge, form: bytes, **headers: str) -> Reply:
    return edge.ask("POST", "/wishes", raw=form, **{"content_type": FORM, **headers})


@pytest.mark.parametrize(
    ("form", "loaded"),
    [
        (b"title=a+b&size_m2=3", {"title": "a b", "size_m2": 3}),
        (b"title=%E8%8C%B6%E5%87%A0", {"title": "茶几"}),
        ("title=茶几".encode(), {"title": "茶几"}),
        (b"title=", {"title": ""}),
        (b"title=a&colours=red", {"title": "a", "colours": ["red"]}),
        (b"title=a&colours=red&colours=blue", {"title": "a", "colours": ["red", "blue"]}),
        (b"title=a&attribute[SHAPE]=round", {"title": "a", "shape": "round"}),
        (b"title=a&attribute%5BSHAPE%5D=round&attribute[SHAPE]=flat", {"title": "a", "shape": ["round", "flat"]}),
    ],
)
def test_a_form_is_loaded_by_the_same_schema(edge: Edge, form: bytes, loaded: dict[str, Any]) -> None:
    reply = wish(edge, form)

    assert reply.json["wish"] == {"size_m2": None, "colours": [], **loaded}


def test_json_is_still_read_where_forms_are(edge: Edge) -> None:
    assert edge.ask("POST", "/wishes", {"title": "a"}).status == 200


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (b"title=%FF", (400, "/problems/malformed")),
        (b"title=\xff", (400, "/problems/malformed")),
        (b"title=%00", (400, "/problems/malformed")),
        (b"&".join(b"a%d=1" % number for number in range(101)), (400, "/problems/malformed")),
        (b"title=" + b"x" * 1024 * 1024, (413, "/problems/too-large")),
        (b"title=a&title=b", (422, "/problems/invalid-input")),
        (b"titel=a", (422, "/problems/invalid-input")),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(edge: Edge, form: bytes, problem: tuple[int, str]) -> None:
    assert wish(edge, form).problem == problem


@pytest.mark.parametrize("content_type", [f"{FORM}; charset=gb18030", "multipart/form-data", "text/plain"])
def test_other_media_are_refused_with_those_that_are_read(edge: Edge, content_type: str) -> None:
    reply = wish(edge, b"title=a", content_type=content_type)

    assert reply.problem == (415, "/problems/unsupported-media")
    assert reply.json["detail"] == f"the content type must be application/json or {FORM}"


def test_a_form_is_refused_where_only_json_is_read(edge: Edge) -> None:
    reply = edge.ask("POST", "/things", raw=b"title=a", content_type=FORM)

    assert reply.problem == (415, "/problems/unsupported-media")


def test_a_method_reads_the_headers_it_names_and_the_log_does_not(edge: Edge) -> None:
    sent = wish(edge, b"title=a", case_secret="K7-hush-Q2")
    absent = wish(edge, b"title=a")

    assert (sent.json["secret"], absent.json["secret"]) == ("K7-hush-Q2", None)
    assert "K7-hush-Q2" not in edge.process.said()


def test_a_header_with_a_control_character_is_refused(edge: Edge) -> None:
    answer = edge.say(
        b"POST /wishes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCase-Secret: a\x00b\r\n"
        b"Authorization: Bearer " + edge.token.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_what_a_method_reads_is_documented(edge: Edge) -> None:
    operation = edge.ask("GET", "/openapi.json").json["paths"]["/wishes"]["post"]

    assert set(operation["requestBody"]["content"]) == {"application/json", FORM}
    assert [given["name"] for given in operation["parameters"]] == ["Idempotency-Key", "Case-Secret"]
