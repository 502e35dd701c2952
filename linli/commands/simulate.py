"""`linli simulate`: a district's year on this machine."""

import json
import math
import signal
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from chassis.calendar import local_day
from linli.embedded.ports import DEFAULT_BASE
from linli.importing import read_divisions
from linli.running import end_on_sigterm
from linli.simulation import report
from linli.simulation.district import calendar, communities, district_file, last_known_year
from linli.simulation.parts import PROFILES
from linli.simulation.plan import Plan, weighed
from linli.simulation.play import Play
from linli.simulation.stage import DEFAULT, Stage

NARROWEST = 100
A_YEAR = 365
SHOWN_EVERY_S = 0.1
MOST_DAYS = 3660


class Speed(click.ParamType[float]):
    """A number of times, or "max"."""

    name = "times|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        speed = -1.0
        with suppress(ValueError):
            speed = math.inf if value == "max" else float(value)
        if not speed > 0:
            self.fail(f"{value!r} is no speed; give max, or how many times faster than real time: 8760", param, ctx)
        return speed


@click.command(short_help="Play a district's year on this machine.")
@click.option("--district", default="440305000000", help="CODE that comes with Linli, or a FILE (CSV).")
@click.option("--profile", type=click.Choice(PROFILES), default="nanshan", show_default=True, help="Volumes of a year.")
@click.option("--share", "--scale", default=1.0, show_default=True, help="Of these volumes: 0.01 for a hundredth.")
@click.option("--speed", type=Speed(), default="max", show_default=True, help="max, or times faster than real time.")
@click.option("--seed", default=1, show_default=True, help="The same seed plays the same year.")
@click.option("--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="First day; 1 January otherwise.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=A_YEAR, show_default=True, help="How many days.")
@click.option("--once", is_flag=True, help="Stop when all is verified, instead of staying up.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
@click.option("--port-base", default=DEFAULT_BASE, show_default=True, help="First of 60 ports on loopback.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="Folder of the simulated instance; wiped at each start.",
)
def command(
    district: str,
    profile: str,
    share: float,
    speed: float,
    seed: int,
    first_day: datetime | None,
    days: int,
    once: bool,
    json_file: Path | None,
    port_base: int,
    data: Path,
) -> None:
    """Play a year of mediations, hotline tickets and notices: real commands to real services, which live by the clock
    of that year. At the end everything is recomputed from its sources, as `linli verify` does.

    Exit status 1 when a figure, a notice or a command is not as it should be. What is assumed, and how to see the
    board: docs/operating/simulate.md.

    \b
    Example:
      linli simulate --profile s3 --share 0.02 --seed 7
      linli simulate --district other-district.csv --from 2026-07-01 --days 31 --once
      linli simulate --share 0.01 --speed 50000
    """
    if not 0 < share <= 100:
        raise click.BadParameter(f"{share} must be more than 0 and at most 100", param_hint="--share")
    divisions, known = read_divisions(district_file(district)), calendar()
    places = weighed(communities(divisions), seed)
    plan = Plan(seed, profile, places, known, first_day.date() if first_day else last_known_year(known), days, share)
    console = Console(width=max(Console().width, NARROWEST))
    play = Play(Stage(data, port_base), plan, divisions, speed=speed)
    end_on_sigterm()
    try:
        _run(console, play)
        if json_file is not None:
            json_file.write_text(json.dumps(report.figures(play), ensure_ascii=False, indent=2) + "\n", "utf-8")
        if not once:
            _stay(console, play)
    finally:
        play.close()
    if not play.holds:
        sys.exit(1)


def _run(console: Console, play: Play) -> None:
    with console.status("starting PostgreSQL, RabbitMQ and the services"):
        play.start()
    with console.status("settling the district: divisions, committees, grid, leaders"):
        play.settle()
    _play(console, play)
    with console.status("waiting for every effect"):
        play.take_effect()
    with console.status("verifying") as status:
        play.verify(lambda told: status.update(f"verifying {told}"))
    report.show(console, play)


def _play(console: Console, play: Play) -> None:
    """A bar of days: how many are over, and what it has come to."""
    plan, volumes = play.plan, play.plan.volumes
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(f"{plan.first_day}", total=volumes, told="")
        began, shown = time.monotonic(), 0.0

        def heard(at: datetime, begun: int) -> None:
            nonlocal shown
            now = time.monotonic()
            if now - shown < SHOWN_EVERY_S:
                return
            shown = now
            faster = (at - plan.begins_at).total_seconds() / max(now - began, 0.001)
            told = f"{begun:,} of {volumes:,} cases · {faster:,.0f}×"
            bar.update(task, completed=begun, description=f"{local_day(at)}", told=told)

        play.play(heard)


def _stay(console: Console, play: Play) -> None:
    """Keep everything up until Ctrl-C; the clock stands where the play has ended."""
    console.print(play.stage.addresses())
    console.print(play.sign_in_hint(), soft_wrap=True)
    console.print("按 Ctrl-C 停止 · Ctrl-C stops all of it")
    with suppress(KeyboardInterrupt):
        signal.pause()
