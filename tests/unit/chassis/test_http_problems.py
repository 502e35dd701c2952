"""Every class of errors has its status, in one table."""

import json

import pytest

from chassis import errors
from chassis.http import problems

TABLE = [
    (errors.Malformed("x"), 400, "malformed"),
    (errors.InvalidInput("x", [errors.FieldError("/a", "y")], rule="r"), 422, "invalid-input"),
    (errors.NotAuthenticated("x"), 401, "not-authenticated"),
    (errors.NotAllowed("x"), 403, "not-allowed"),
    (errors.NotFound("x"), 404, "not-found"),
    (errors.Conflict("x"), 409, "conflict"),
    (errors.WrongState("dispute 1", "refused", ["accepted"]), 409, "wrong-state"),
    (errors.StaleVersion("dispute 1", 1, 2), 412, "stale-version"),
    (errors.VersionRequired("x"), 428, "version-required"),
    (errors.KeyReused("x"), 422, "key-reused"),
    (errors.TooLarge("x"), 413, "too-large"),
    (errors.UnsupportedMedia("x"), 415, "unsupported-media"),
    (errors.TooManyRequests("x", 3), 429, "too-many-requests"),
    (errors.DatabaseUnavailable("x"), 503, "unavailable"),
    (errors.BrokerUnavailable("x"), 503, "unavailable"),
    (errors.Busy("x"), 503, "busy"),
    (errors.NotEquipped("x"), 503, "not-equipped"),
    (errors.Misconfigured("x"), 500, "internal"),
    (errors.UnreadableEvent("json", "x"), 500, "internal"),
    (errors.LinliError("x"), 500, "internal"),
    (KeyError("x"), 500, "internal"),
]


@pytest.mark.parametrize(("error", "status", "slug"), TABLE, ids=lambda value: type(value).__name__)
def test_an_error_has_its_status_and_type(error: Exception, status: int, slug: str) -> None:
    answer = problems.answer_for(error, instance="/disputes/1")

    body = json.loads(answer.body)
    assert (answer.status, body["status"], body["type"]) == (status, status, f"/problems/{slug}")
    assert {"title", "detail", "instance"} <= body.keys()


def test_no_class_of_refusals_is_without_a_kind() -> None:
    def below(cls: type[Exception]) -> list[type[Exception]]:
        return [cls, *(found for child in cls.__subclasses__() for found in below(child))]

    unnamed = [
        cls
        for cls in below(errors.Refused)
        if cls is not errors.Refused and problems.kind_of(cls.__new__(cls)) is problems.INTERNAL
    ]

    assert unnamed == []


def test_a_rule_and_the_fields_are_told() -> None:
    error = errors.InvalidInput("one field breaks a rule", [errors.FieldError("/a", "Too long.")], rule="§ 17")

    body = json.loads(problems.answer_for(error, instance="/").body)

    assert body["rule"] == "§ 17"
    assert body["errors"] == [{"pointer": "/a", "detail": "Too long."}]


@pytest.mark.parametrize(
    "error",
    [RuntimeError("password=secret"), errors.Misconfigured("secret"), errors.DatabaseUnavailable("db7: secret")],
)
def test_what_lies_inside_is_not_told(error: Exception) -> None:
    answer = problems.answer_for(error, instance="/", trace_id="t1")

    assert b"secret" not in answer.body
    assert json.loads(answer.body)["trace_id"] == "t1"


@pytest.mark.parametrize("error", [errors.Busy("2 at a time"), errors.NotEquipped("install fonts")])
def test_what_is_lacking_is_told(error: errors.Unavailable) -> None:
    answer = problems.answer_for(error, instance="/")

    assert json.loads(answer.body)["detail"] == str(error)
    assert answer.header("Retry-After") == "2"


def test_retry_after_says_when_to_come_back() -> None:
    assert problems.answer_for(errors.TooManyRequests("x", 3), instance="/").header("Retry-After") == "3"
    assert problems.answer_for(errors.DatabaseUnavailable("x"), instance="/").header("retry-after") == "2"


def test_every_kind_has_its_own_address_and_both_languages() -> None:
    assert len({kind.slug for kind in problems.ALL}) == len(problems.ALL)
    assert all(kind.chinese and kind.title and kind.meaning and kind.remedy for kind in problems.ALL)
