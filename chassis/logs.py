"""Logs: one JSON object a line on stdout, with the trace's id, and without personal data.

Nobody should log a name or a phone; the redaction here is the last line of defence for when somebody does.
"""

import json
import logging
import re
import sys
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis import tracing
from chassis.privacy import mask_id, mask_phone

DENIED = frozenset(
    {
        "address",
        "agreement",
        "amqp_uri",
        "amqp_url",
        "authorization",
        "body",
        "cookie",
        "credentials",
        "database_url",
        "email",
        "full_name",
        "holder_name",
        "id_number",
        "key",
        "minutes",
        "mobile",
        "name",
        "party_name",
        "password",
        "payload",
        "phone",
        "secret",
        "set-cookie",
        "summary",
        "token",
    }
)
"""Keys that never reach a log line, at any depth, in any case; also with a prefix, as in holder_phone."""

_DENIED_ENDINGS = ("_phone", "_id_number", "_password", "_secret", "_token", "_key")

# Long hexadecimal words (trace ids, UUIDs, hashes) are taken first, so that the digits in them are left as they are.
_PERSONAL = re.compile(
    r"(?P<hex>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b|\b[0-9a-f]{16}\b)"
    r"|(?P<id>(?<!\d)[1-9]\d{16}[\dXx](?![\dXx]))"
    r"|(?P<phone>(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d))"
)

# PostgreSQL repeats rows in these lines of its errors: Failing row contains (…), Key (name)=(…), LINE 1: INSERT ….
_ROWS_IN_ERRORS = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)

_QUIET = ("amqp", "kombu", "nameko", "urllib3", "yoyo")


def configure(service: str, level: str = "INFO") -> None:
    """Send all logging of this process, the libraries' too, to stdout as JSON; also what nobody has caught."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(service))
    structlog.configure(
        processors=[*_processors(service), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught


def formatter(service: str) -> logging.Formatter:
    """What makes a line of a log record; `extra` becomes fields of their own."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_processors(service),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redacted,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
    )


def _processors(service: str) -> list[Processor]:
    def named(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        if trace_id := tracing.current_trace_id():
            event["trace_id"] = trace_id
        return event

    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
    ]


def redacted(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop denied keys, mask phones and citizen IDs in every text."""
    return {key: _clean(value) for key, value in event.items() if not _is_denied(key)}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {str(key): _clean(inner) for key, inner in value.items() if not _is_denied(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if value is None or isinstance(value, bool | float):
        return value
    text = masked(str(value))
    return value if isinstance(value, int) and text == str(value) else text


def masked(text: str) -> str:
    """The text with mainland mobile numbers, citizen IDs and rows in PostgreSQL's errors made unreadable."""
    return _PERSONAL.sub(_mask, _ROWS_IN_ERRORS.sub(r"\1: (left out)", text))


def _mask(found: re.Match[str]) -> str:
    if found["id"]:
        return mask_id(found["id"])
    return mask_phone(found["phone"]) if found["phone"] else found[0]


def _is_denied(key: str) -> bool:
    lowered = key.lower()
    return lowered in DENIED or lowered.endswith(_DENIED_ENDINGS)


def _line(event: EventDict, **_: Any) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def _uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        logging.getLogger("linli").critical("stopped by an error nobody caught", exc_info=(kind, error, where))
