"""The clock of a played year, and who may live by it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.errors import Misconfigured
from linli.embedded.data_folder import DataFolder
from linli.running import PLAYED, Running
from linli.simulation.clock import VARIABLE, Hands, PlayedClock
from linli.simulation.stage import Stage
from tests.guards.repository import python_files, text
from tests.support.service_process import ROOT

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_process_reads_what_the_player_has_set(tmp_path: Path) -> None:
    hands = Hands(tmp_path / "clock", NEW_YEAR)
    clock = PlayedClock(tmp_path / "clock")
    before = clock()

    hands.move(NEW_YEAR + timedelta(days=3, microseconds=5))

    assert (before, clock(), hands.at) == (NEW_YEAR, hands.at, NEW_YEAR + timedelta(days=3, microseconds=5))


def test_time_does_not_go_back(tmp_path: Path) -> None:
    hands = Hands(tmp_path / "clock", NEW_YEAR)

    with pytest.raises(ValueError, match="does not go back"):
        hands.move(NEW_YEAR - timedelta(seconds=1))


SERVE = """
from linli import serve
from chassis import runner
runner.serve = lambda service, **given: print(given["clock"]().isoformat(), given["pace"])
serve.main("statistics")
"""


def test_a_service_of_a_deployment_lives_by_the_machines_clock_whatever_the_environment_says(tmp_path: Path) -> None:
    Hands(tmp_path / "clock", NEW_YEAR.replace(year=1999))
    before = datetime.now(UTC)

    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVE],
        env={VARIABLE: str(tmp_path / "clock"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    clock, pace = said.split()
    assert before <= datetime.fromisoformat(clock) <= datetime.now(UTC)
    assert pace == "1.0"


def test_nothing_but_the_simulation_knows_the_played_clock() -> None:
    """A year must never be faked in a real deployment: no service, no setting and no other command leads to it."""
    allowed = {"linli/commands/simulate.py"}
    for path in python_files("chassis", "services", "linli"):
        if not str(path).startswith("linli/simulation/") and str(path) not in allowed:
            assert VARIABLE not in text(path), f"{path} names {VARIABLE}"
            imports = [line for line in text(path).splitlines() if line.startswith(("from ", "import "))]
            assert not [line for line in imports if "linli.simulation" in line], f"{path} imports the simulation"


def test_only_the_entry_of_a_simulated_service_gives_another_clock() -> None:
    given = {
        str(path)
        for path in python_files("chassis", "services", "linli")
        if "serve.main(" in text(path) or "runner.serve(" in text(path)
    }

    assert given == {"linli/serve.py", "linli/simulation/serving.py"}


@pytest.mark.parametrize("name", ["DATABASE_URL", "AMQP_URL"])
def test_a_year_is_never_played_on_given_servers(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "postgresql://admin@db.example/postgres")

    with pytest.raises(Misconfigured, match=name):
        Stage(tmp_path / "data", 21_000)


def test_a_year_is_never_played_over_a_real_instance(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "instance.json").write_text("{}")

    with pytest.raises(Misconfigured, match="not simulated"):
        Stage(folder, 21_000)


def test_a_simulated_instance_is_not_taken_up_as_a_real_one(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.open()
    data.close()
    Hands(data.path / PLAYED, NEW_YEAR)

    with pytest.raises(Misconfigured, match="simulated year"):
        Running(data.path, 21_000).start_parts()
