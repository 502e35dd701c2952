"""The words that docs/glossary.md says the interface has are in it."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from chassis.http.openapi import document
from chassis.identity import ROLES
from linli.services import WITH_DATABASE, published, service_class
from tests.guards.repository import text

ROW = re.compile(r"^\| [^|]+ \| [^|]+ \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
WORDS = sorted({word for cell in ROW.findall(text(Path("docs/glossary.md"))) for word in re.findall("`([^`]+)`", cell)})


@cache
def interface() -> str:
    """Every word of the HTTP interfaces, of the facts and of the roles; due rules stand among the examples."""
    documents = json.dumps([document(service_class(name)) for name in WITH_DATABASE], ensure_ascii=False)
    return " ".join([documents, *(fact.type for fact in published()), *ROLES])


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_glossary_is_one_of_the_interface(word: str) -> None:
    assert re.search(rf"(?<![a-z_]){re.escape(word)}(?![a-z_])", interface())
