"""What a refusal looks like over HTTP: RFC 9457 problem details. The one place where errors become status codes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from chassis import errors
from chassis.http.answer import NO_STORE, Answer

CONTENT_TYPE = "application/problem+json"

RETRY_AFTER_S = 2
"""What a caller is told to wait when something Linli depends on does not answer."""


@dataclass(frozen=True)
class Kind:
    """One type of problem; `/problems/<slug>` is its `type` and a page that explains it."""

    slug: str
    status: int
    title: str
    chinese: str
    meaning: str
    remedy: str

    @property
    def path(self) -> str:
        return f"/problems/{self.slug}"


class Unfinished(errors.Refused):
    """The request was not sent to its end in time."""


class NoToken(errors.NotAuthenticated):
    """No bearer token at all: RFC 6750 wants that caller told the scheme only, not that a token is invalid."""


class NotReady(errors.Unavailable):
    """A readiness check fails; `lines` say which and why."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = tuple(lines)


NOT_FOUND = Kind(
    "not-found",
    404,
    "Not found",
    "没有找到",
    "There is no such thing at this address, or none that the caller may know of. A malformed id is answered alike.",
    "Check the address and the id; /docs lists every address of this service.",
)
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed",
    405,
    "Method not allowed",
    "不支持的方法",
    "The address exists, but not with this method.",
    "Use one of the methods of the Allow header.",
)
INTERNAL = Kind(
    "internal",
    500,
    "Internal error",
    "内部错误",
    "Something failed that should not; nothing of the request was kept. The operators see it under its trace_id.",
    "Repeat the request with the same Idempotency-Key; if it fails again, report the trace_id.",
)
HEADERS_TOO_LARGE = Kind(
    "headers-too-large",
    431,
    "Headers too large",
    "请求头过大",
    "A header line is longer than 8 KiB, or all of them together than 64 KiB.",
    "Send shorter headers; a bearer token has at most 8 KiB.",
)
ADDRESS_TOO_LONG = Kind(
    "address-too-long",
    414,
    "Address too long",
    "地址过长",
    "The request line is longer than 8 KiB.",
    "Ask for less in one request.",
)
UNREADABLE = Kind(
    "malformed",
    400,
    "Malformed request",
    "请求无法读取",
    "The request cannot be read: broken JSON, a header of the wrong form, a cursor that this service has not made.",
    "Mend what the detail names; broken JSON is given with its line and column.",
)

KINDS: dict[type[Exception], Kind] = {
    errors.Malformed: UNREADABLE,
    errors.InvalidInput: Kind(
        "invalid-input",
        422,
        "Invalid input",
        "输入不符合规则",
        "The request is readable, but a field breaks a rule. `errors` lists each field by its JSON pointer, query "
        "parameters as ?name.",
        "Change the listed fields. Fields that are not documented are refused too.",
    ),
    errors.NotAuthenticated: Kind(
        "not-authenticated",
        401,
        "Not authenticated",
        "未登录",
        "There is no bearer token, or it is forged, expired or made for somebody else.",
        "Sign in again and send `Authorization: Bearer <token>`.",
    ),
    errors.NotAllowed: Kind(
        "not-allowed",
        403,
        "Not allowed",
        "没有权限",
        "The token holds, but none of its roles reaches this action in this division or this part of the grid.",
        "Ask the office that grants roles; the detail names the roles that would do.",
    ),
    errors.NotFound: NOT_FOUND,
    errors.Conflict: Kind(
        "conflict",
        409,
        "Conflict",
        "与现状冲突",
        "The request contradicts what is already there.",
        "Read what is there and decide again.",
    ),
    errors.WrongState: Kind(
        "wrong-state",
        409,
        "Wrong state",
        "当前状态不允许",
        "The thing's life cycle forbids this step now; the detail names its state and those that allow the step.",
        "Take the steps in between first, or none.",
    ),
    errors.StaleVersion: Kind(
        "stale-version",
        412,
        "Stale version",
        "版本已过期",
        "It has changed since it was read: If-Match names an older version.",
        "Read it again, look at what changed, and repeat with the new ETag.",
    ),
    errors.VersionRequired: Kind(
        "version-required",
        428,
        "Version required",
        "需要版本号",
        "A change says which version it is meant for, so that nobody overwrites what they have not seen.",
        'Send If-Match with the ETag of the last read, for example If-Match: "5". A star is not enough.',
    ),
    errors.KeyReused: Kind(
        "key-reused",
        422,
        "Idempotency key reused",
        "幂等键已用于其他请求",
        "This Idempotency-Key has already been used for a different request.",
        "Use a new key for a new request; the same key only to repeat the same one.",
    ),
    errors.TooLarge: Kind(
        "too-large",
        413,
        "Too large",
        "内容过大",
        "The body is larger than this service reads.",
        "Send less; large amounts of data come in through the importers.",
    ),
    errors.UnsupportedMedia: Kind(
        "unsupported-media",
        415,
        "Unsupported media type",
        "不支持的内容类型",
        "The body is not JSON in UTF-8 without compression.",
        "Send Content-Type: application/json.",
    ),
    errors.TooManyRequests: Kind(
        "too-many-requests",
        429,
        "Too many requests",
        "请求过于频繁",
        "This caller asks faster than is allowed.",
        "Wait as long as Retry-After says.",
    ),
    Unfinished: Kind(
        "unfinished",
        408,
        "Request not finished",
        "请求未完成",
        "The request was not sent to its end in time.",
        "Send it again, at once and whole.",
    ),
    errors.Unavailable: Kind(
        "unavailable",
        503,
        "Unavailable",
        "暂时不可用",
        "Nothing is wrong with the request: something Linli depends on does not answer. Nothing of it was kept.",
        "Repeat it after Retry-After with the same Idempotency-Key.",
    ),
    errors.Busy: Kind(
        "busy",
        503,
        "Busy",
        "正忙",
        "As much work of this kind is in hand as there may be at a time; the detail says which.",
        "Repeat it after Retry-After.",
    ),
    errors.NotEquipped: Kind(
        "not-equipped",
        503,
        "Not equipped",
        "缺少组件",
        "This installation lacks a library or a font that the request needs; the detail names it. All else works.",
        "Operators: install what the detail names; nothing has to be restarted.",
    ),
    NotReady: Kind(
        "not-ready",
        503,
        "Not ready",
        "尚未就绪",
        "A readiness check of this service fails; `errors` has a line for each.",
        "Operators: mend what the lines name. It becomes ready by itself.",
    ),
}
"""Each class of errors with its kind; a subclass without one is answered like its nearest parent."""

ALL = tuple(
    {
        kind.slug: kind
        for kind in sorted(
            (*KINDS.values(), METHOD_NOT_ALLOWED, INTERNAL, HEADERS_TOO_LARGE, ADDRESS_TOO_LONG),
            key=lambda kind: (kind.status, kind.slug),
        )
    }.values()
)

TOLD = (errors.Busy, errors.NotEquipped)
"""What is not available, and why, is no secret."""


def kind_of(error: Exception) -> Kind:
    """The nearest kind up the error's ancestors; what Linli has not raised on purpose is internal."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)


@dataclass(frozen=True)
class Refusal:
    """What is refused and why, before it has a format: an entrypoint's `refusal` may give it another than ours.

    `path` is the address asked for, as the caller spelled it. `headers` belong to any format, such as Retry-After.
    """

    kind: Kind
    detail: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    rule: str | None = None
    trace_id: str | None = None
    errors: tuple[Mapping[str, str], ...] = ()
    """The broken fields: `pointer` (into the body, or ?name of the query) where there is one, and `detail`."""

    @property
    def status(self) -> int:
        return self.kind.status

    def as_problem(self) -> Answer:
        """As problem details; members that are None or empty are left out."""
        kind = self.kind
        body = {"type": kind.path, "title": kind.title, "status": kind.status, "detail": self.detail}
        body |= {"instance": self.path}
        more = {"rule": self.rule, "trace_id": self.trace_id, "errors": self.errors}
        body |= {name: value for name, value in more.items() if value}
        return Answer(
            kind.status,
            (("Content-Type", CONTENT_TYPE), NO_STORE, *self.headers),
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
        )


Renderer = Callable[[Refusal], Answer]
"""Gives refusals the format of somebody else's standard, for example by whether the path ends in .xml or .json."""


def refusal_of(error: Exception, *, path: str, trace_id: str | None = None) -> Refusal:
    """What may be told of an error. Of one that nobody foresaw, only its trace id is."""
    kind = kind_of(error)
    if kind is INTERNAL:
        return Refusal(INTERNAL, "an unforeseen error; nothing of the request was kept", path, trace_id=trace_id)
    refusal = Refusal(kind, str(error), path, _headers(error))
    if isinstance(error, NotReady):
        return replace(refusal, errors=tuple({"detail": line} for line in error.lines))
    if isinstance(error, errors.Unavailable) and not isinstance(error, TOLD):
        # Which host, port or role did not answer is for the operators' log, not for the caller.
        detail = "something this service depends on does not answer; try again"
        return replace(refusal, detail=detail, trace_id=trace_id)
    if isinstance(error, errors.InvalidInput):
        found = tuple({"pointer": field.pointer, "detail": field.detail} for field in error.fields)
        refusal = replace(refusal, errors=found)
    return replace(refusal, rule=error.rule) if isinstance(error, errors.Refused) else refusal


def answer_for(error: Exception, *, instance: str, trace_id: str | None = None) -> Answer:
    """The problem details of an error."""
    return refusal_of(error, path=instance, trace_id=trace_id).as_problem()


def as_response(kind: Kind, detail: str) -> bytes:
    """A whole HTTP/1.1 response, for requests too broken to reach an entrypoint."""
    answer = replace_header(Refusal(kind, detail, "about:blank").as_problem(), "Connection", "close")
    head = f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    return f"{head}{lines}Content-Length: {len(answer.body)}\r\n\r\n".encode("latin-1") + answer.body


def replace_header(answer: Answer, name: str, value: str) -> Answer:
    """The same answer with this header set."""
    kept = tuple(pair for pair in answer.headers if pair[0].lower() != name.lower())
    return replace(answer, headers=(*kept, (name, value)))


def _headers(error: Exception) -> tuple[tuple[str, str], ...]:
    if isinstance(error, errors.NotAuthenticated):
        wrong = "" if isinstance(error, NoToken) else ', error="invalid_token"'
        return (("WWW-Authenticate", f'Bearer realm="linli"{wrong}'),)
    if isinstance(error, errors.TooManyRequests):
        return (("Retry-After", str(error.retry_after_s)),)
    if isinstance(error, errors.Unavailable):
        return (("Retry-After", str(RETRY_AFTER_S)),)
    return ()
