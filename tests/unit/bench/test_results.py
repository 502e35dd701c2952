"""The form of bench/results.json; what the figures are is nobody's test."""

import json
from pathlib import Path

import pytest

from bench import beside_table, results, table
from bench.rounds import in_turns

COMPLETE: results.Results = {
    **{job: dict.fromkeys(results.FORM[job], 2.0) | {"ours_per_s": 5.0} for job in results.BESIDE},
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
    "backpressure": {
        "events": 1_000_000,
        "errors": 0,
        "told_behind": 1_000_400,
        "p99_ms": 12.0,
        "p99_ms_draining": 14.0,
        "p99_ms_idle": 8.0,
        "commands_cores": 0.6,
        "relayed_per_s": 15_000.0,
        "drain_per_s": 9_000.0,
        "batch_per_s": 10_000.0,
        "outbox_mb_per_100k": 76.0,
        "rabbitmq_mb_per_100k": 10.0,
        "rabbitmq_disk_mb_per_100k": 80.0,
    },
    "backpressure_mb": {"statistics": 50.0, "statistics_peak": 55.0, "rabbitmq": 90.0, "rabbitmq_peak": 300.0},
    "memory_mb": {"members": 72.0, "members-relay": 52.0},
    "flat_cost": {
        "lives_per_s_percent": 98.0,
        "effect_p99_ms_percent": 104.0,
        "board_p99_ms_percent": 110.0,
        "lists_p99_ms_percent": 109.0,
        "claim_ms_percent": 101.0,
        "bytes_per_case_percent": 97.0,
    },
    "flat_cost_sizes": {"x1_lives_per_s": 160.0, "x10_lives_per_s": 157.0},
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

    processes = len(COMPLETE["memory_mb"]) + len(COMPLETE["backpressure_mb"]) // 2
    assert shown.row_count == len(results.TARGETS) + processes


def test_beside_its_peers_the_table_has_a_line_for_every_figure_of_each() -> None:
    shown = beside_table.of(COMPLETE)

    assert shown is not None
    assert shown.row_count == len(results.FIGURES_BESIDE) * sum(len(peers) for peers in results.BESIDE.values())
    assert next(iter(shown.columns[-1].cells)) == "2.50 ×"


def test_without_peers_there_is_no_table_of_them() -> None:
    assert beside_table.of({"memory_mb": {"members": 72.0}}) is None


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
