"""The form of bench/results.json; what the figures are is nobody's test."""

import json
from pathlib import Path

import pytest

from bench import results, table
from bench.rounds import in_turns

COMPLETE: results.Results = {
    "relay": {"per_s": 20_000.0, "stock_per_s": 1_800.0, "raw_per_s": 36_000.0},
    "consumer_each": {"per_s": 9_000.0, "stock_per_s": 2_000.0, "tuned_stock_per_s": 2_500.0},
    "consumer_each_unawaited": {"per_s": 16_000.0, "stock_per_s": 2_000.0, "tuned_stock_per_s": 2_500.0},
    "consumer_batch": {
        "per_s": 20_000.0,
        "stock_per_s": 2_000.0,
        "tuned_stock_per_s": 2_500.0,
        "raw_per_s": 25_000.0,
    },
    "commit_to_effect_ms": {"rate_per_s": 200, "p50": 4.0, "p99": 20.0},
    "http_command": {"per_s": 1_600.0, "bare_per_s": 2_800.0},
    "dispute_life": {
        "per_s": 160.0,
        "per_s_at_1m": 158.0,
        "spike_requests": 42_000,
        "spike_errors": 0,
        "worklist_p99_ms_at_1m": 20.0,
    },
    "memory_mb": {"members": 72.0, "members-relay": 52.0},
}


def test_a_whole_run_has_every_key_and_figure(tmp_path: Path) -> None:
    path = tmp_path / "results.json"

    results.write(path, COMPLETE)

    assert json.loads(path.read_text("utf-8")) == COMPLETE
    assert set(COMPLETE) == set(results.FORM)


def test_benchmarks_that_did_not_run_keep_their_figures(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.write(path, COMPLETE | {"audit": {"per_s": 1.0}})

    results.write(path, {"memory_mb": {"portal": 80.0}})

    kept = json.loads(path.read_text("utf-8"))
    assert kept == COMPLETE | {"audit": {"per_s": 1.0}, "memory_mb": {"portal": 80.0}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"relay": {"per_s": 1.0, "stock_per_s": 1.0}},
        {"http_command": {"per_s": 1.0, "bare_per_s": 1.0, "p50": 1.0}},
        {"memory_mb": {}},
        {"memory_mb": {"members": -1.0}},
    ],
)
def test_a_wrong_form_is_not_written(tmp_path: Path, wrong: results.Results) -> None:
    path = tmp_path / "results.json"

    with pytest.raises(ValueError, match="must hold"):
        results.write(path, wrong)

    assert not path.exists()


def test_every_target_names_figures_of_the_form() -> None:
    for target in results.TARGETS:
        assert {target.figure, target.peer or target.figure} <= set(results.FORM[target.key])


def test_the_table_has_a_line_for_every_target_and_process() -> None:
    shown = table.of(COMPLETE)

    assert shown.row_count == len(results.TARGETS) + len(COMPLETE["memory_mb"])


def test_contestants_take_turns_and_the_median_counts() -> None:
    figures = {"ours": iter([3.0, 1.0, 2.0]), "peer": iter([9.0, 7.0, 8.0])}
    order: list[str] = []

    class Silent:
        def begin(self, what: str) -> None:
            order.append(what.split(" ")[0])

        def found(self, what: str, figure: float, unit: str) -> None: ...

    found = in_turns(3, {name: lambda values=values: next(values) for name, values in figures.items()}, Silent())

    assert found == {"ours": 2.0, "peer": 8.0}
    assert order == ["ours", "peer"] * 3
