"""Statements that PostgreSQL has parsed and planned before: what is said over and over is said by its name.

Row security makes a short statement long, and it would be read, rewritten and planned anew each time: two thirds of its
time. psycopg2 fills values into the text itself, so a statement is prepared by word and its values are filled in there.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_PLACES = re.compile(r"%%|%s|%\((\w+)\)s")
_PREPARABLE = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:SELECT|INSERT|UPDATE|DELETE|WITH|MERGE)\b", re.IGNORECASE)


@dataclass
class Statement:
    """One SQL text in psycopg2's format as PostgreSQL prepares it; `types` are known once it has done so."""

    name: str
    text: str
    order: tuple[str | int, ...]
    types: tuple[str, ...] | None = None
    call: str = field(default="", init=False)

    def learn(self, types: Sequence[str]) -> None:
        """From now on values are cast to these types, whatever a value alone would be taken for."""
        self.types = tuple(types)
        places = ", ".join(f"%s::{one}" for one in types)
        self.call = f"EXECUTE {self.name}({places})" if types else f"EXECUTE {self.name}"

    def preparation(self) -> str:
        declared = f" ({', '.join(self.types)})" if self.types else ""
        return f"PREPARE {self.name}{declared} AS {self.text}"

    def values(self, parameters: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...]:
        """The parameters in the order of the statement's own places."""
        return tuple(parameters[at] for at in self.order)  # type: ignore[index]


class Statements:
    """The statements of one database, by their text; names and types hold on each of its connections."""

    def __init__(self) -> None:
        self._known: dict[str, Statement | None] = {}
        self._numbers = itertools.count(1)

    def find(self, sql: str) -> Statement | None:
        """The statement of this text; None for what cannot be prepared: several in one, or one that only acts."""
        if sql not in self._known:
            self._known[sql] = self._read(sql)
        return self._known[sql]

    def _read(self, sql: str) -> Statement | None:
        text = sql.strip().rstrip(";")
        if ";" in text or not _PREPARABLE.match(text):
            return None
        order: list[str | int] = []

        def numbered(place: re.Match[str]) -> str:
            if place[0] == "%%":
                return "%"
            name = place[1]
            if name is None:
                order.append(len(order))
            elif name not in order:
                order.append(name)
            return f"${order.index(name) + 1 if name else len(order)}"

        return Statement(f"linli_{next(self._numbers)}", _PLACES.sub(numbered, text), tuple(order))
