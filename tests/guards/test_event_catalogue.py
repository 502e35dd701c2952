"""The catalogue of facts in docs/integrating/events.md is what the services' events.py say."""

import importlib
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

from chassis.envelope import REQUIRED, from_bytes
from linli.services import WITH_DATABASE, published, subscriptions
from tests.contracts.pairs import Pair, message
from tests.guards.repository import text

DOCUMENT = Path("docs/integrating/events.md")
WORDS: dict[Any, str] = {
    str: "text",
    int: "number",
    UUID: "id",
    str | None: "text or null",
    int | None: "number or null",
    UUID | None: "id or null",
    tuple[str, ...]: "list of texts",
}


def catalogue() -> str:
    rows = [
        f"| `{fact.type}` | {source} | {_data(fact)} | {_consumers(source, fact.type)} | {_meaning(fact)} |"
        for source in WITH_DATABASE
        for fact in importlib.import_module(f"services.{source}.events").PUBLISHED
    ]
    return "\n".join(["| Type | From | `data` | Heard by | What it says |", "|-|-|-|-|-|", *rows])


def _data(fact: Any) -> str:
    hints = get_type_hints(fact)
    return ", ".join(f"`{field.name}` {WORDS[hints[field.name]]}" for field in fields(fact))


def _consumers(source: str, event_type: str) -> str:
    return ", ".join(one.consumer for one in subscriptions() if one.source == source and event_type in one.types) or "–"


def _meaning(fact: Any) -> str:
    return " ".join(fact.__doc__.split("\n\n")[0].split())


def test_the_document_lists_exactly_the_facts() -> None:
    tables = "\n".join(line for line in text(DOCUMENT).splitlines() if line.startswith("|"))

    assert tables.endswith(catalogue()), f"{DOCUMENT} must hold this table:\n{catalogue()}"


def test_the_event_shown_is_one() -> None:
    shown = re.search(r"```json\n(.*?)```", text(DOCUMENT), re.DOTALL)
    assert shown

    event = from_bytes(shown[1].encode(), "application/cloudevents+json")

    assert (event.source, event.type) in {(fact.source, fact.type) for fact in published()}
    fact = next(fact for fact in _facts(event.source) if fact.type == event.type)
    assert set(event.data) == {field.name for field in fields(fact)}


def test_every_attribute_of_the_envelope_is_explained() -> None:
    written = json.loads(message(Pair("anyone", "members", _samples()[0])).body)

    assert set(REQUIRED) <= set(written)
    for attribute in written:
        assert f"| `{attribute}` |" in text(DOCUMENT), attribute


def _facts(source: str) -> Any:
    return importlib.import_module(f"services.{source}.events").PUBLISHED


def _samples() -> Any:
    return importlib.import_module("services.members.events").SAMPLES
