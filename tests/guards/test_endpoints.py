"""Every entrypoint shows in its documentation what to send and what comes back, and what it shows is true."""

import re
from typing import Any

import pytest

from chassis.http.answer import JSON
from chassis.http.cursors import PageQuery
from chassis.http.openapi import Declared, document, endpoints_of, read_docstring
from linli.services import WITH_DATABASE, service_class

OF_SERVICES = [
    pytest.param(each, id=f"{service}:{each.endpoint.method} {each.endpoint.path}")
    for service in WITH_DATABASE
    for each in endpoints_of(service_class(service))
]
OWN = [param for param in OF_SERVICES if param.values[0].endpoint.tag != "service"]
PARAMETER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?\w+>")


@pytest.mark.parametrize("each", OF_SERVICES)
def test_an_entrypoint_says_what_it_does(each: Declared) -> None:
    prose, _, _ = read_docstring(each.docstring)

    assert each.endpoint.summary[:1].isupper()
    assert not each.endpoint.summary.endswith(".")
    assert prose


@pytest.mark.parametrize("each", OF_SERVICES)
def test_an_entrypoint_shows_an_answer(each: Declared) -> None:
    _, _, answer = read_docstring(each.docstring)
    declared = each.endpoint
    answers_json = JSON in declared.media and declared.status != 204 and declared.path != "/openapi.json"

    assert not answers_json or answer is not None or each.endpoint.example is not None


@pytest.mark.parametrize("each", OWN)
def test_the_request_shown_is_one_of_this_entrypoint(each: Declared) -> None:
    path = "[^/?]+".join(map(re.escape, PARAMETER.split(each.endpoint.path)))

    assert re.search(rf"^{each.endpoint.method} {path}(\?\S+)?$", each.docstring, re.MULTILINE)
    assert ("If-Match" in each.docstring) is each.endpoint.versioned


@pytest.mark.parametrize("each", OWN)
def test_the_body_shown_is_accepted(each: Declared) -> None:
    _, body, _ = read_docstring(each.docstring)

    if each.endpoint.body is None:
        assert body is None
    else:
        each.endpoint.body.load(body)


@pytest.mark.parametrize("each", OWN)
def test_the_answer_shown_has_no_field_that_is_not_answered(each: Declared) -> None:
    _, _, answer = read_docstring(each.docstring)
    schema = each.endpoint.answer
    if schema is None:  # nothing, or what is no JSON
        assert each.endpoint.status == 204 or each.endpoint.media != (JSON,)
        return
    answered = {field.data_key or name for name, field in schema.fields.items()}
    things = answer["items"] if isinstance(each.endpoint.query, PageQuery) else answer if schema.many else [answer]

    assert things
    assert {name for thing in things for name in thing} <= answered


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_no_two_operations_share_a_name(service: str) -> None:
    paths: dict[str, dict[str, Any]] = document(service_class(service))["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_patterns_are_those_of_json_schema(service: str) -> None:
    """JSON Schema's regular expressions are ECMA-262's: they know neither \\A nor \\Z, nor Python's named groups."""
    for pattern in _patterns(document(service_class(service))):
        assert not re.search(r"\\[AZ]|\(\?P<", pattern), pattern


def _patterns(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for inner in node for found in _patterns(inner)]
    if not isinstance(node, dict):
        return []
    own = [node["pattern"]] if isinstance(node.get("pattern"), str) else []
    return own + [found for inner in node.values() for found in _patterns(inner)]
