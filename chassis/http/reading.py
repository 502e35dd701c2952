"""Reading what a caller sends: the body within its limit, strict JSON, query, If-Match and the like."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError, fields

from chassis import strict_json
from chassis.errors import (
    FieldError,
    InvalidInput,
    Malformed,
    TooLarge,
    UnsupportedMedia,
    VersionRequired,
    problem_fields,
)
from chassis.http.problems import NoToken, Unfinished

MAX_PARAMETERS = 100
MAX_CHUNK_LINE = 256
MAX_VERSION = 2**31 - 1

Environ = dict[str, Any]

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(;.*)?\r\n")
_ETAG = re.compile(r'"([0-9]{1,10})"')
_KEY = re.compile(r"[!-~]{1,128}")


def body_bytes(environ: Environ, limit: int) -> bytes:
    """The whole body. Raises TooLarge before reading where the length is told, and while reading where it is not."""
    source = environ["wsgi.input"]
    try:
        return _chunked(source, limit) if source.chunked_input else _of_length(source, source.content_length, limit)
    except OSError as error:
        raise Unfinished("the connection was lost before the body was sent") from error


def _of_length(source: Any, length: int, limit: int) -> bytes:
    if not length:
        return b""
    if length > limit:
        raise TooLarge(f"the body has {length} bytes; at most {limit} are read")
    body: bytes = source.read(length)
    if len(body) < length:
        raise Unfinished(f"the body ended after {len(body)} of {length} bytes")
    return body


def _chunked(source: Any, limit: int) -> bytes:
    """Chunked transfer coding (RFC 9112, 7.1). eventlet's own reader takes lines of any length and negative sizes."""
    if source.should_send_hundred_continue:
        source.send_hundred_continue_response()
        source.is_hundred_continue_response_sent = True
    lines, parts, total = source.rfile, [], 0
    while True:
        line = lines.readline(MAX_CHUNK_LINE)
        if (match := _CHUNK_SIZE.fullmatch(line)) is None:
            raise Unfinished("the body ended within its chunks") if not line else Malformed("a chunk without its size")
        size = int(match[1], 16)
        if size == 0:
            break
        total += size
        if total > limit:
            raise TooLarge(f"the body has more than {limit} bytes")
        chunk = lines.read(size)
        if len(chunk) < size:
            raise Unfinished("the body ended within a chunk")
        if lines.readline(2) != b"\r\n":
            raise Malformed("a chunk longer than its size")
        parts.append(chunk)
    for _ in range(MAX_PARAMETERS):
        line = lines.readline(MAX_CHUNK_LINE)
        if line in (b"\r\n", b"\n"):
            source.chunk_length = 0  # tells eventlet that nothing is left to discard
            return b"".join(parts)
        if not line.endswith(b"\n"):
            break
    raise Malformed("the body's trailer does not end")


def media_of(environ: Environ, read: Collection[str]) -> str:
    """The body's media type. Raises UnsupportedMedia unless it is one of those read, in UTF-8 and not compressed."""
    kind, _, parameters = (environ.get("CONTENT_TYPE") or "").partition(";")
    charset = parameters.replace(" ", "").lower()
    media = kind.strip().lower()
    if media not in read or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise UnsupportedMedia(f"the content type must be {' or '.join(read)}")
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia("the body must not be compressed: leave Content-Encoding out")
    return media


def json_of(body: bytes) -> Any:
    """The value in the body. Raises Malformed, never with a piece of the body: it may hold personal data."""
    try:
        return strict_json.parse(body)
    except strict_json.NotStrictJson as error:
        raise Malformed(f"the body {error}") from error


def form_of(body: bytes, schema: Schema | None) -> dict[str, Any]:
    """The form's fields as the schema's input, names such as `attribute[COLOUR]` kept as they are.

    A name given more than once becomes a list, and so does any that the schema holds as one. Raises Malformed.
    """
    found: dict[str, Any] = {}
    for name, value in _pairs(body, "form"):
        if _is_list(schema, name):
            found.setdefault(name, []).append(value)
        elif name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def query_parameters(text: str, schema: Schema | None) -> dict[str, Any]:
    """The query as the schema's input: one value for each name, a list where the schema holds a list."""
    if not text:
        return {}
    found: dict[str, Any] = {}
    for name, value in _pairs(text, "query"):
        if _is_list(schema, name):
            found.setdefault(name, []).append(value)
        elif name in found:
            raise InvalidInput("the query breaks a rule", [FieldError(f"?{name}", "Given more than once.")])
        else:
            found[name] = value
    return found


def _pairs(text: str | bytes, what: str) -> list[tuple[str, str]]:
    try:
        plain = text if isinstance(text, str) else text.decode()
        pairs = parse_qsl(plain, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError as error:  # a UnicodeDecodeError is one
        raise Malformed(f"the {what} is not UTF-8 or has more than {MAX_PARAMETERS} parameters") from error
    if any("\0" in part for pair in pairs for part in pair):
        raise Malformed(f"the {what} holds the character NUL, which cannot be stored")
    return pairs


def _is_list(schema: Schema | None, name: str) -> bool:
    return schema is not None and isinstance(schema.fields.get(name), fields.List)


def header_values(environ: Environ, names: Iterable[str]) -> dict[str, str | None]:
    """What the caller sent under these names, by their lower case; None without. Raises Malformed."""
    found: dict[str, str | None] = {}
    for name in names:
        value = environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        if value is not None and not value.isprintable():
            raise Malformed(f"the header {name} holds a control character")
        found[name.lower()] = value
    return found


def loaded(schema: Schema | None, data: Any, *, what: str) -> Any:
    """What the schema makes of the data; without a schema nothing may be there. Raises InvalidInput with the fields."""
    if schema is None:
        if data:
            names = data if isinstance(data, Mapping) else [""]
            wrong = [FieldError(_pointer(f"/{name}", what), "Unknown field.") for name in names]
            raise InvalidInput(f"the {what} must be empty", wrong)
        return {}
    try:
        return schema.load(data)
    except ValidationError as error:
        messages: dict[str, object] = error.normalized_messages()  # type: ignore[no-untyped-call]
        found = problem_fields(messages)
        wrong = [FieldError(_pointer(field.pointer, what), field.detail) for field in found]
        raise InvalidInput(
            f"{len(wrong)} {'field breaks' if len(wrong) == 1 else 'fields break'} a rule", wrong
        ) from None


def _pointer(pointer: str, what: str) -> str:
    return f"?{pointer[1:].split('/')[0]}" if what == "query" else pointer


def version_of(if_match: str | None) -> int:
    """The version an If-Match names. Raises VersionRequired without one and Malformed on any other form.

    `*` names no version, so it is no If-Match: whoever changes a thing must have read it.
    """
    text = (if_match or "*").strip()
    if text == "*":
        raise VersionRequired('this change needs the version it is meant for, for example If-Match: "5"')
    match = _ETAG.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= MAX_VERSION:
        raise Malformed('If-Match must be one strong ETag as this service gave it, for example "5"')
    return int(match[1])


def is_current(if_none_match: str, etag: str) -> bool:
    """Whether the caller already has this version (RFC 9110, 13.1.2: weak comparison)."""
    given = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in given or etag in given


def idempotency_key(header: str | None) -> str | None:
    """The Idempotency-Key, with or without the quotes of a structured header. Raises Malformed."""
    if header is None:
        return None
    text = header.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if _KEY.fullmatch(text) is None or '"' in text or "\\" in text:
        raise Malformed('Idempotency-Key must be 1 to 128 visible characters, for example "8e03978e-40d5-43dd-bc93"')
    return text


def bearer_token(environ: Environ) -> str:
    """The token of the Authorization header. Raises NoToken."""
    header: str = environ.get("HTTP_AUTHORIZATION", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NoToken("this needs a bearer token: Authorization: Bearer <token>")
    return token.strip()
