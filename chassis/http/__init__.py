"""The edge: declarative HTTP entrypoints over nameko, and every refusal as problem details."""

from chassis.http.answer import FORM, JSON, Answer
from chassis.http.api import ChassisApi
from chassis.http.cursors import Cursor, CursorField, PageQuery
from chassis.http.entrypoint import PUBLIC, endpoint
from chassis.http.problems import Refusal
from chassis.http.request import Request

__all__ = [
    "FORM",
    "JSON",
    "PUBLIC",
    "Answer",
    "ChassisApi",
    "Cursor",
    "CursorField",
    "PageQuery",
    "Refusal",
    "Request",
    "endpoint",
]
