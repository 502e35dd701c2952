"""The catalogue of metrics: everything exposed is listed, documented, and labelled by kinds of things, never by ids."""

import re
from pathlib import Path

import pytest

from chassis import metrics
from chassis.metrics import Entry

DOCUMENT = Path("docs/operating/metrics.md")
ENTRIES = pytest.mark.parametrize("entry", metrics.CATALOGUE.values(), ids=metrics.CATALOGUE.keys())

LABELS = {"consumer", "method", "reason", "route", "source", "state", "status", "timer", "type"}
"""Each has a few dozen values at most, all known when the program is written. A new one is a decision: list it here."""


def test_the_document_lists_exactly_the_catalogue() -> None:
    table = "\n".join(line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|"))

    assert table == metrics.markdown(), f"{DOCUMENT} must hold this table:\n{metrics.markdown()}"


def test_everything_exposed_is_in_the_catalogue() -> None:
    exposed = set(re.findall(r"^# TYPE (\S+) ", metrics.exposition()[0].decode(), re.MULTILINE))

    assert {name for name in exposed if not name.startswith("process_")} == set(metrics.CATALOGUE)


@ENTRIES
def test_a_name_tells_whose_it_is_its_kind_and_its_unit(entry: Entry) -> None:
    plain = entry.name.removesuffix("_total")

    assert re.fullmatch(r"linli(_[a-z]+)+", entry.name)
    assert (entry.kind == "counter") is entry.name.endswith("_total")
    assert entry.unit in plain.split("_") or (entry.unit, entry.kind) == ("", "gauge")


@ENTRIES
def test_no_label_is_an_id(entry: Entry) -> None:
    assert set(entry.labels) <= LABELS


@ENTRIES
def test_help_is_one_sentence_for_an_operator(entry: Entry) -> None:
    assert entry.help.endswith(".")
    assert "|" not in entry.help


def test_a_remembered_child_counts_like_any_other() -> None:
    before = metrics.REGISTRY.get_sample_value("linli_duplicate_events_total", {"source": "tests"}) or 0

    metrics.labelled(metrics.DUPLICATES_ABSORBED, "tests").inc()
    metrics.DUPLICATES_ABSORBED.labels("tests").inc()

    assert metrics.REGISTRY.get_sample_value("linli_duplicate_events_total", {"source": "tests"}) == before + 2


def test_effects_are_measured_from_a_millisecond_to_a_minute() -> None:
    assert (metrics.LATENCY_S[0], metrics.LATENCY_S[-1]) == (0.001, 60.0)
    assert sorted(metrics.LATENCY_S) == list(metrics.LATENCY_S)
