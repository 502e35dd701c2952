"""Keyset pages: the cursor says after which key to go on, so a page costs the same at any depth."""

import base64
import binascii
import json
from hashlib import blake2b
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from chassis.errors import Malformed

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

_CHECK_BYTES = 6


class Cursor:
    """An opaque page cursor over the key of a page's last row.

    The check bytes only catch what was cut or edited; a cursor is no secret and gives no right: what its reader may
    see is decided by the query.
    """

    @staticmethod
    def encode(*key: object) -> str:
        """Ids, instants, numbers or texts, in the order of the query's ORDER BY."""
        text = json.dumps(key, ensure_ascii=False, separators=(",", ":"), default=str).encode()
        return base64.urlsafe_b64encode(_check(text) + text).rstrip(b"=").decode()

    @staticmethod
    def decode(cursor: str) -> list[Any]:
        """The key as JSON values. Raises Malformed on anything that `encode` has not made."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            check, text = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
            if check != _check(text):
                raise ValueError("edited")
            key = json.loads(text)
        except (ValueError, binascii.Error, RecursionError) as error:
            raise Malformed("the cursor is not one that this service gave; start again without it") from error
        if not isinstance(key, list):
            raise Malformed("the cursor is not one that this service gave; start again without it")
        return key


class CursorField(fields.Field[tuple[Any, ...]]):
    """A query parameter that holds a cursor; gives the key as a tuple, each part read by its own field.

    `CursorField(fields.AwareDateTime(), fields.UUID())` pages by (registered_at, dispute_id).
    """

    def __init__(self, *parts: fields.Field[Any], **kwargs: Any) -> None:
        kwargs.setdefault("load_default", None)
        kwargs.setdefault("metadata", {"description": "the `next` of the page before; none for the first page"})
        super().__init__(**kwargs)
        self._parts = parts or (fields.UUID(),)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        key = Cursor.decode(str(value))
        if len(key) != len(self._parts):
            raise Malformed("the cursor belongs to another list; start again without it")
        try:
            return tuple(part.deserialize(item) for part, item in zip(self._parts, key, strict=True))
        except ValidationError as error:
            raise Malformed("the cursor belongs to another list; start again without it") from error


class PageQuery(Schema):
    """The query of a list: `limit` from 1 to 100 and `cursor`. A list's own query schema inherits from it."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={"description": "the most items of one page"},
    )
    cursor = CursorField()


def _check(text: bytes) -> bytes:
    return blake2b(text, digest_size=_CHECK_BYTES, person=b"linli.cursor").digest()
