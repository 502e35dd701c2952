"""Two weeks of a small district, played by `linli simulate` as an operator starts it: every figure holds."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from tests.flow.conftest import LINLI
from tests.support.service_process import ROOT

DISTRICT = """code,name,level,parent_code
110101000000,示例区,district,
110101001000,东街道,street,110101000000
110101001001,东一社区,community,110101001000
110101001002,东二社区,community,110101001000
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the instance lies; whatever is left of it is stopped and removed."""
    base = free_ports().base
    yield tmp_path / "simulated"
    Embedded(tmp_path / "simulated", base).discard()


def simulate(folder: Path, *options: str) -> tuple[int, str, Any]:
    """Exit status, what it printed, and what it wrote for programs."""
    district, written = folder.parent / "district.csv", folder.parent / "simulated.json"
    district.write_text(DISTRICT, "utf-8")
    command = [*LINLI, "simulate", "--once", "--district", str(district), "--data", str(folder)]
    command += ["--port-base", str(free_ports().base), "--json", str(written), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, env=os.environ, check=False)
    return (
        done.returncode,
        done.stdout + done.stderr,
        json.loads(written.read_text("utf-8")) if written.exists() else {},
    )


def test_two_weeks_are_played_and_every_figure_holds(folder: Path) -> None:
    options = ("--profile", "s3", "--share", "0.015", "--seed", "7", "--from", "2026-06-01", "--days", "14")

    code, said, figures = simulate(folder, *options)

    assert code == 0, said[-4000:]
    begun, became = figures["volume"], figures["figures"]
    assert begun["mediations"] + begun["hotline tickets"] == became["registered"] > 25
    assert became["resolved"] > became["refused"] > 0
    assert figures["due_times"]["missed"] > 0
    assert (figures["refused"], figures["differences"]) == (0, {})
    assert (figures["ledger"]["missing"], figures["ledger"]["extra"]) == (0, 0)
    assert figures["notices"] >= became["resolved"]
    assert figures["commands"] == sum(step["commands"] for step in figures["steps_ms"].values())
    assert "✗" not in said
