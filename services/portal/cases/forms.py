"""Forms that work without a script: what is asked, what a person filled in, and what is wrong with it, field by field.

A field's name is its place in the body that a service takes, with dots: `applicant.name` is /applicant/name, so what a
service finds wrong stands beside the field it is about.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from chassis.calendar import SHANGHAI
from services.portal.upstream import Problem

Kind = Literal[
    "line", "long", "phone", "day", "moment", "number", "choice", "filter", "radio", "bool", "many", "flag", "hidden"
]

Choice = tuple[str, Any]
"""What is sent, and how it is called."""


@dataclass(frozen=True)
class Field:
    """One question. `choices` are its answers; `groups` are answers under headings."""

    name: str
    label: Any
    kind: Kind = "line"
    required: bool = False
    choices: Sequence[Choice] = ()
    groups: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    help: Any = ""
    longest: int = 0
    default: str | None = None
    fold: Any = ""
    """Asked of few: it stands behind this heading."""


class Form:
    """Some fields, with what was filled in; one that is shown afresh brings a new key, so that sending it twice does
    nothing twice."""

    def __init__(
        self,
        name: str,
        fields: Iterable[Field] = (),
        given: "MultiDict[str, str] | None" = None,
        problem: Problem | None = None,
        *,
        headings: Mapping[int, Any] = MappingProxyType({}),
    ) -> None:
        """`headings`: what a refusal means here, by its status."""
        self.name = name
        self.headings = headings
        self.fields = tuple(fields)
        self.given: MultiDict[str, str] = MultiDict() if given is None else given
        self.problem = problem
        self.key = self.given.get("key") or secrets.token_urlsafe(18)

    @property
    def folded(self) -> list[Field]:
        return [one for one in self.fields if one.fold]

    @property
    def is_unfolded(self) -> bool:
        return any(self.given.get(one.name) or self.errors(one.name) for one in self.folded)

    def id(self, name: str) -> str:
        return f"{self.name}-{name.replace('.', '-')}"

    def value(self, one: Field) -> str:
        """What was filled in, else what most people will want."""
        return self.given.get(one.name, "" if self.given else one.default or "")

    def is_chosen(self, one: Field, code: str) -> bool:
        if self.given:
            return code in self.given.getlist(one.name)
        return code in (one.default or "").split()

    def errors(self, name: str) -> list[str]:
        """What the service says of this field, or of a part of it."""
        return [detail for place, detail in self._errors() if place == name or place.startswith(f"{name}.")]

    def told(self) -> list[str]:
        """What the service says that stands beside no field: of the whole, or of what is not asked here."""
        if self.problem is None or not self.problem.errors:
            return [self.problem.detail] if self.problem and self.problem.detail else []
        asked = {one.name for one in self.fields}
        return [
            detail
            for place, detail in self._errors()
            if place not in asked and not any(place.startswith(f"{name}.") for name in asked)
        ]

    def body(self) -> dict[str, Any]:
        """What is sent to the service. Nothing is sent for what was left empty."""
        body: dict[str, Any] = {}
        for one in self.fields:
            answer = _answer(one, self.given)
            if answer is not None:
                _put(body, one.name.split("."), answer)
        return compact(body)

    def _errors(self) -> Iterator[tuple[str, str]]:
        for pointer, detail in self.problem.errors if self.problem else ():
            yield pointer.lstrip("/?").replace("/", "."), detail


def _answer(one: Field, given: "MultiDict[str, str]") -> Any:
    text = given.get(one.name, "").strip()
    if one.kind == "flag":
        return True if text else None
    if one.kind == "many":
        return given.getlist(one.name)
    if not text:
        return None
    if one.kind == "bool":
        return text == "true"
    if one.kind == "number":
        return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else text
    return _instant(text) if one.kind == "moment" else text


def _instant(text: str) -> str:
    """A time of day in Shanghai with its offset; what is none goes as it is, for the service to refuse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat()


def _put(body: dict[str, Any], path: Sequence[str], answer: Any) -> None:
    for part in path[:-1]:
        body = body.setdefault(part, {})
    body[path[-1]] = answer


def compact(body: dict[str, Any]) -> dict[str, Any]:
    """Rows that are numbered from 0 become lists, in their order."""
    made: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            inner = compact(value)
            rows = inner and all(part.isdigit() for part in inner)
            made[name] = [inner[part] for part in sorted(inner, key=int)] if rows else inner
        else:
            made[name] = value
    return made
