"""Log lines are JSON, carry the trace, and let no personal data through."""

import json
import logging
import sys
from typing import Any

import pytest
import structlog

from chassis import logs, tracing


def line(message: str, *args: object, error: BaseException | None = None, **extra: object) -> dict[str, Any]:
    """The line that one log call would write."""
    record = logging.LogRecord("chassis.test", logging.WARNING, __file__, 1, message, args, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    record.__dict__.update(extra)
    written: dict[str, Any] = json.loads(logs.formatter("members").format(record))
    return written


def test_a_line_says_when_how_grave_who_and_what() -> None:
    written = line("relay leads %s", "grievances", rows=3)

    assert written.pop("timestamp").endswith("Z")
    assert written == {
        "event": "relay leads grievances",
        "level": "warning",
        "logger": "chassis.test",
        "service": "members",
        "rows": 3,
    }


def test_a_line_inside_a_span_carries_its_trace() -> None:
    with tracing.server_span("GET /", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"):
        written = line("inside")

    assert written["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "key", [*sorted(logs.DENIED), "holder_phone", "Authorization", "access_token", "party_id_number"]
)
def test_denied_keys_are_dropped_at_every_depth(key: str) -> None:
    written = line("kept", found={key: "王小明", "rows": [{key: "王小明", "status": 200}]})

    assert written["found"] == {"rows": [{"status": 200}]}


TEXTS = [
    ("called 13800138000 twice", "called 138****8000 twice"),
    ("电话13800138000。", "电话138****8000。"),
    ("tel:+86 138 0013 8000", "tel:+86 138****8000"),
    ("138-0013-8000", "138****8000"),
    ("身份证11010519491231002X", "身份证1****************X"),
    ("id=110105194912310021,", "id=1****************1,"),
    ("bad row\nDETAIL: Key (name)=(王小明) exists.", "bad row\nDETAIL: (left out)"),
    ("syntax\nLINE 1: INSERT INTO p VALUES ('王小明')\n  ^", "syntax\nLINE 1: (left out)\n  ^"),
]


@pytest.mark.parametrize(("text", "safe"), TEXTS)
def test_personal_data_in_a_text_is_masked(text: str, safe: str) -> None:
    assert line("%s", text)["event"] == safe
    assert line("x", found=[text])["found"] == [safe]


@pytest.mark.parametrize("number", [13800138000, 110105194912310021])
def test_personal_data_as_a_number_is_masked(number: int) -> None:
    assert str(number) not in json.dumps(line("x", found=number))


HARMLESS = [
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "4bf92f35-77b3-7da6-a3ce-913800138000",
    "440305001012",
    "2026-01-01T00:00:00.000000Z",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "10000000000 bytes",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_ids_codes_and_times_stay_readable(text: str) -> None:
    assert line(text)["event"] == text


@pytest.mark.parametrize("value", [0, 1.5, True, None, 440305001012])
def test_plain_values_keep_their_type(value: object) -> None:
    assert line("x", found=value)["found"] == value


def test_a_traceback_is_one_field_without_rows_of_the_database() -> None:
    try:
        raise ValueError("violated\nDETAIL: Failing row contains (王小明, 13800138000).")
    except ValueError as caught:
        written = line("failed", error=caught)

    assert "ValueError: violated\nDETAIL: (left out)" in written["exception"]


@pytest.fixture
def _restored() -> Any:
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)


@pytest.mark.usefixtures("_restored")
def test_libraries_and_errors_nobody_caught_go_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("members", "INFO")

    logging.getLogger("amqp").warning("lost 13800138000")
    logging.getLogger("amqp").info("too detailed")
    structlog.get_logger("own").info("met", name="王小明", rows=1)
    sys.excepthook(ValueError, ValueError("13800138000"), None)

    first, own, last = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert first["event"] == "lost 138****8000"
    assert (own["event"], own["service"], own["rows"], "name" in own) == ("met", "members", 1, False)
    assert last["level"] == "critical"
    assert "138****8000" in last["exception"]
