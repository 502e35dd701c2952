"""OpenAPI 3.1 of a service, from what its entrypoints declare."""

import inspect
import json
import re
from functools import cache
from typing import Any, NamedTuple

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from chassis.http import problems
from chassis.http.answer import JSON, is_json
from chassis.http.cursors import CursorField, PageQuery
from chassis.http.entrypoint import LEAST_PUBLIC_KEY, OWN, Public, endpoint
from chassis.release import release

_PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<choice>[^)]*)\))?:)?(?P<name>\w+)>")
_PATH_TYPES: dict[str | None, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
    "area": {"type": "string", "pattern": "^[1-9][0-9]{11}$", "examples": ["440305001012"]},
    None: {"type": "string"},
}
_STATUS_LINE = re.compile(r"(HTTP/1\.1 )?[1-5]\d\d\b")
_KEY_MEANING = (
    "1 to 128 visible characters. The same request under the same key again, within 24 hours, gets the same answer and "
    "has its effect once; another request under it is refused."
)
_ETAG_OF_A_READ = "The version that was read: If-Match of a change, If-None-Match of the next read."


class Declared(NamedTuple):
    """An entrypoint with what its method says of itself."""

    endpoint: endpoint
    name: str
    docstring: str


def endpoints_of(service: Any) -> list[Declared]:
    """The entrypoints a service class declares or inherits, by path, those of the chassis last."""
    found = [
        Declared(one, name, inspect.getdoc(function) or "")
        for name, function in inspect.getmembers(service, inspect.isfunction)
        for one in getattr(function, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(one, endpoint)
    ]
    return sorted(found, key=lambda each: (each.endpoint.tag == OWN, each.endpoint.path, each.endpoint.method))


@cache
def document(service: Any) -> dict[str, Any]:
    """The whole OpenAPI document of a service class."""
    names = _Names()
    plugin = MarshmallowPlugin(schema_name_resolver=names)
    spec = APISpec(
        title=f"Linli {service.name}",
        version=release(),
        openapi_version="3.1.0",
        info={"description": inspect.getdoc(service) or ""},
        plugins=[plugin],
    )
    if plugin.converter is not None:  # it is, once the spec has been made
        plugin.converter.add_attribute_function(_cursor_as_text)  # type: ignore[no-untyped-call]
        plugin.converter.add_attribute_function(_ecma_pattern)  # type: ignore[no-untyped-call]
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    spec.components.schema("Problem", _PROBLEM)
    for kind in {kind.status: kind for kind in problems.ALL}.values():
        spec.components.response(f"Problem{kind.status}", _problem_response(kind.status))
    for each in endpoints_of(service):
        path = _PARAMETER.sub(r"{\g<name>}", each.endpoint.path)
        spec.path(path=path, operations={each.endpoint.method.lower(): _operation(each)})
    made: dict[str, Any] = spec.to_dict()
    for name, text in names.docstrings().items():
        if name in made["components"]["schemas"]:
            made["components"]["schemas"][name]["description"] = text
    return made


class _Names:
    """A schema's class name, with a number when two slices use the same one."""

    def __init__(self) -> None:
        self._taken: dict[str, Any] = {}

    def __call__(self, schema: Any) -> str:
        cls = schema if isinstance(schema, type) else type(schema)
        name = base = cls.__name__.removesuffix("Schema") or cls.__name__
        number = 2
        while self._taken.setdefault(name, cls) is not cls:
            name, number = f"{base}{number}", number + 1
        return name

    def docstrings(self) -> dict[str, str]:
        """What each schema's class says of itself; an inherited docstring is somebody else's."""
        return {name: inspect.cleandoc(cls.__doc__) for name, cls in self._taken.items() if cls.__doc__}


def _operation(each: Declared) -> dict[str, Any]:
    declared = each.endpoint
    text, request_example, answer_example = read_docstring(each.docstring)
    operation: dict[str, Any] = {
        "operationId": each.name,
        "summary": declared.summary,
        "description": text,
        "tags": [declared.tag or declared.path.split("/")[1] or "service"],
        "parameters": [*_path_parameters(declared.path), *_query_parameters(declared.query), *_headers(declared)],
        "responses": {
            str(declared.status): _success(declared, answer_example),
            **_unchanged(declared),
            **_problems(declared),
        },
    }
    # OpenAPI knows no token in a form, so where one may stand there the header is not required.
    elsewhere: list[dict[str, Any]] = [] if declared.token_field is None else [{}]
    if isinstance(declared.roles, Public):
        operation["security"] = [*elsewhere, {"bearer": []}] if elsewhere else []
    else:
        operation["security"] = [*elsewhere, {"bearer": []}]
        operation["x-roles"] = sorted(declared.roles)
    if declared.body is not None:
        content: dict[str, Any] = {"schema": declared.body}
        if request_example is not None:
            content["example"] = request_example
        media = {media: content if media == JSON else {"schema": declared.body} for media in declared.body_media}
        operation["requestBody"] = {"required": _needed(declared.body), "content": media}
    return operation


def _needed(schema: Schema) -> bool:
    """Whether it must be sent: a body that must, or a query that names what is asked about."""
    return any(field.required for field in schema.fields.values())


def read_docstring(text: str) -> tuple[str, Any, Any]:
    """The prose of an entrypoint's docstring, and the JSON of its request and of its answer where it shows them.

    The request's JSON comes first; the answer's stands after a line that begins with the status, such as `200`.
    """
    lines = text.splitlines()
    shown = next((at for at, line in enumerate(lines) if re.match(r"(GET|POST|PUT|PATCH|DELETE) /", line)), len(lines))
    status = next((at for at, line in enumerate(lines) if at >= shown and _STATUS_LINE.match(line)), len(lines))
    prose = "\n".join(lines[:shown]).strip()
    return prose, _first_json(lines[shown:status]), _first_json(lines[status:])


def _first_json(lines: list[str]) -> Any:
    for at, line in enumerate(lines):
        if line.startswith(("{", "[")):
            try:
                return json.JSONDecoder().raw_decode("\n".join(lines[at:]))[0]
            except ValueError:
                return None  # shortened for the reader: no example rather than a wrong one
    return None


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "in": "path",
            "name": match["name"],
            "required": True,
            "schema": _path_type(match["kind"], match["choice"]),
        }
        for match in _PARAMETER.finditer(path)
    ]


def _path_type(kind: str | None, choice: str | None) -> dict[str, Any]:
    if kind == "any" and choice:
        return {"type": "string", "enum": [word.strip() for word in choice.split(",")]}
    return _PATH_TYPES.get(kind, _PATH_TYPES[None])


def _query_parameters(query: Schema | None) -> list[dict[str, Any]]:
    return [] if query is None else [{"in": "query", "schema": query}]


def _headers(declared: endpoint) -> list[dict[str, Any]]:
    found = []
    if declared.versioned:
        meaning = 'The version the change is meant for: the ETag of the last read, such as "5".'
        pattern = {"type": "string", "pattern": '^"[1-9][0-9]{0,9}"$', "examples": ['"5"']}
        found.append({"in": "header", "name": "If-Match", "required": True, "description": meaning, "schema": pattern})
    if declared.keeps_keys:
        least = LEAST_PUBLIC_KEY if declared.keyed else 1
        key = {"type": "string", "pattern": f"^[!#-\\[\\]-~]{{{least},128}}$", "maxLength": 128}
        found.append({"in": "header", "name": "Idempotency-Key", "description": _KEY_MEANING, "schema": key})
    if declared.etag and not declared.changes:
        meaning = "The ETag of the last read: 304 without a body while it has not changed."
        none = {"type": "string", "examples": ['"5"']}
        found.append({"in": "header", "name": "If-None-Match", "description": meaning, "schema": none})
    for name, meaning in declared.headers.items():
        told = {"description": meaning} if meaning else {}
        found.append({"in": "header", "name": name, **told, "schema": {"type": "string"}})
    return found


def _success(declared: endpoint, example: Any) -> dict[str, Any]:
    if declared.status == 204:
        return {"description": "Done."}
    content = {media.partition(";")[0]: _content(declared, media, example) for media in declared.media}
    answer: dict[str, Any] = {"description": declared.summary, "content": content}
    if declared.etag:
        meaning = "The version after the change." if declared.changes else _ETAG_OF_A_READ
        tag = {"type": "string", "examples": ['"5"']}
        answer["headers"] = {"ETag": {"description": meaning, "required": True, "schema": tag}}
    return answer


def _unchanged(declared: endpoint) -> dict[str, Any]:
    return {"304": {"description": "Unchanged since If-None-Match."}} if declared.etag and not declared.changes else {}


def _content(declared: endpoint, media: str, example: Any) -> dict[str, Any]:
    """What comes in one content type: JSON by the answer's schema, else a text, or bytes, which have no schema."""
    kind = media.partition(";")[0]
    if not is_json(media):
        return {"schema": {"type": "string"}} if kind.startswith("text/") or kind.endswith("xml") else {}
    content: dict[str, Any] = {"schema": _answer_schema(declared)}
    if (shown := declared.example if declared.example is not None else example) is not None:
        content["example"] = shown
    return content


def _answer_schema(declared: endpoint) -> Any:
    if isinstance(declared.query, PageQuery):
        return {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": declared.answer or {}},
                "next": {"type": ["string", "null"], "description": "The cursor of the next page; null on the last."},
            },
        }
    return declared.answer or {"type": "object"}


def _problems(declared: endpoint) -> dict[str, Any]:
    """The refusals this entrypoint can give, by what it declares."""
    if declared.refusal is not None:
        return {"default": {"description": "A refusal, in this interface's own format."}}
    statuses = {400, 422, 500, 503}
    if not isinstance(declared.roles, Public):
        statuses |= {401, 403, 429}
    if declared.limits_addresses:
        statuses.add(429)
    if "<" in declared.path or (declared.query is not None and _needed(declared.query)):
        statuses.add(404)
    if declared.changes:
        statuses |= {404, 408, 409, 413, 415}
    if declared.versioned:
        statuses |= {412, 428}
    return {str(status): f"Problem{status}" for status in sorted(statuses)}


def _problem_response(status: int) -> dict[str, Any]:
    kinds = [kind for kind in problems.ALL if kind.status == status]
    return {
        "description": " ".join(f"{kind.title}: {kind.meaning}" for kind in kinds),
        "content": {
            problems.CONTENT_TYPE: {
                "schema": "Problem",
                "examples": {kind.slug: {"value": _problem_example(kind)} for kind in kinds},
            }
        },
    }


def _problem_example(kind: problems.Kind) -> dict[str, Any]:
    return {"type": kind.path, "title": kind.title, "status": kind.status, "detail": kind.meaning, "instance": "/"}


def _cursor_as_text(self: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1} if isinstance(field, CursorField) else {}


def _ecma_pattern(self: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    """JSON Schema's patterns are ECMA-262's and may match anywhere; marshmallow's are Python's, matched from the start.

    ECMA's `$` means what Python's `\\Z` means: the very end.
    """
    pattern = ret.get("pattern")
    if not pattern:
        return {}
    anchored = pattern if pattern.startswith("^") else f"^(?:{pattern})"
    return {"pattern": anchored.replace(r"\Z", "$")}


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457). `type` is the address of a page that explains it.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "rule": {"type": "string", "description": "The article or rule behind the refusal."},
        "trace_id": {"type": "string", "description": "What the operators find it by."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body, or ?name of the query."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
