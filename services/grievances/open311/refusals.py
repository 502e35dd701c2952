"""Refusals as Open311 has them: a list of errors, each a code and a description that is shown to people."""

from collections.abc import Mapping

from chassis.http import Answer, Refusal
from services.grievances.open311.documents import MEDIA, written

STATUSES: Mapping[int, int] = {401: 403, 409: 400, 422: 400}
"""404 is for what does not exist, 403 for the api_key, 400 for what cannot be done as asked. What concerns HTTP itself
(405, 413, 415, 429, 5xx) stays as it is, with its headers.
"""


def in_open311(refusal: Refusal) -> Answer:
    """In XML unless the address asks for JSON; one error for each field that breaks a rule."""
    form = "json" if refusal.path.endswith(".json") else "xml"
    status = STATUSES.get(refusal.status, refusal.status)
    told = [_about(error) for error in refusal.errors] or [refusal.detail]
    errors = [{"code": status, "description": _described(refusal, text)} for text in told]
    return Answer(status, (("Content-Type", MEDIA[form]),), written(form, "errors", errors))


def _about(error: Mapping[str, str]) -> str:
    field = error.get("pointer", "").lstrip("/?")
    return f"{field}: {error['detail']}" if field else error["detail"]


def _described(refusal: Refusal, text: str) -> str:
    kind = "缺少有效的 api_key" if refusal.status == 401 else refusal.kind.chinese
    rule = f"（{refusal.rule}）" if refusal.rule else ""
    return f"{kind}：{text}{rule}"
