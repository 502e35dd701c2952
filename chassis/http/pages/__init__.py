"""The pages people read in a browser: plain HTML from here alone, no script, nothing from elsewhere."""

import base64
import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from chassis.http import problems
from chassis.http.answer import HTML, Answer

_HERE = Path(__file__).parent


def documentation(document: dict[str, Any]) -> Answer:
    """The OpenAPI document for the eye."""
    return _page("docs.html", document=document, groups=_groups(document), problems=problems.ALL)


def all_problems() -> Answer:
    """Every kind of problem with its meaning."""
    return _page("problems.html", problems=problems.ALL)


def one_problem(kind: problems.Kind) -> Answer:
    """What one `type` of problem means and what would be right."""
    return _page("problem.html", kind=kind)


def _page(template: str, **values: Any) -> Answer:
    environment, style, policy = _environment()
    text = environment.get_template(template).render(style=style, **values)
    headers = (
        ("Content-Type", HTML),
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-cache"),
    )
    return Answer(200, headers, text.encode())


@cache
def _environment() -> tuple[Any, str, str]:
    """Jinja is loaded when the first person looks, not in every process that nobody browses."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["pretty"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    environment.filters |= {"kind": _kind, "rule": _rule}
    style = (_HERE / "style.css").read_text("utf-8")
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return environment, style, policy


def _groups(document: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Operations by their first tag, in the document's order, with their schemas followed to the fields."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            group = groups.setdefault(operation["tags"][0], [])
            group.append({**operation, "method": method.upper(), "path": path, **_shapes(document, operation)})
    return list(groups.items())


def _shapes(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
    done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    content: dict[str, Any] = next(iter(done.get("content", {}).values()), {})
    success = next(status for status in operation["responses"] if status.startswith("2"))
    return {
        "body_fields": _fields(document, body.get("schema", {})),
        "body_example": body.get("example"),
        "answer_fields": _fields(document, content.get("schema", {})),
        "answer_example": content.get("example"),
        "success": success,
        "refusals": [status for status in operation["responses"] if not status.startswith(("2", "3"))],
    }


def _fields(document: dict[str, Any], schema: dict[str, Any], prefix: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """Every field of a schema as one row; nested ones carry their path."""
    schema = _followed(document, schema)
    found: list[dict[str, Any]] = []
    if schema.get("type") == "array":
        return _fields(document, schema.get("items", {}), f"{prefix}[].", depth)
    for name, field in schema.get("properties", {}).items():
        told = field.get("description")
        field = _followed(document, field)
        found.append(
            {
                "name": f"{prefix}{name}",
                "type": _kind(field),
                "required": name in schema.get("required", ()),
                "rule": _rule(field),
                "description": told or field.get("description", ""),
            }
        )
        if depth < 4:
            inner = field.get("items", field) if field.get("type") == "array" else field
            mark = "[]." if field.get("type") == "array" else "."
            found += _fields(document, inner, f"{prefix}{name}{mark}", depth + 1)
    return found


def _followed(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself where a reference points to one, also inside of a nullable one."""
    for option in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in option:
            return dict(document["components"]["schemas"][option["$ref"].rsplit("/", 1)[1]])
    return schema


def _kind(field: dict[str, Any]) -> str:
    kinds = field.get("type", "")
    name = " | ".join(kinds) if isinstance(kinds, list) else kinds
    return f"{name} {field['format']}" if "format" in field else name


def _rule(field: dict[str, Any]) -> str:
    """The rules of a field in one line."""
    words = {"minLength": "≥ {} characters", "maxLength": "≤ {} characters", "minimum": "≥ {}", "maximum": "≤ {}"}
    words |= {"minItems": "≥ {} items", "maxItems": "≤ {} items", "pattern": "{}"}
    rules = [text.format(field[name]) for name, text in words.items() if name in field]
    if "enum" in field:
        rules.insert(0, ", ".join(str(value) for value in field["enum"] if value is not None))
    return " · ".join(rules)
