"""`linli demo`: the whole of it, with a story, on this machine."""

import json
import signal
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from linli.cli import data_option
from linli.demo.telling import Telling
from linli.embedded.ports import DEFAULT_BASE
from linli.importing import read_divisions
from linli.running import Running, end_on_sigterm

NARROWEST = 112
"""Columns that the tables need; a narrower terminal wraps them itself."""

NANSHAN = Path(__file__).parents[2] / "data" / "nanshan.csv"


@click.command(short_help="Play the story of forty disputes on real parts.")
@click.option("--once", is_flag=True, help="Stop when the story is told, instead of staying up.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
@click.option(
    "--district",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=NANSHAN,
    help="Another district: CSV with code,name,level,parent_code.",
)
@click.option("--fresh", is_flag=True, help="Begin empty: wipe what earlier runs kept in the folder.")
@click.option("--port-base", default=DEFAULT_BASE, show_default=True, help="First of 60 ports on loopback.")
@data_option
def command(once: bool, json_file: Path | None, district: Path, fresh: bool, port_base: int, data: Path) -> None:
    """Start everything, file forty property disputes in real communities, mediate them, and show what changed.

    Stays up with a live board until Ctrl-C; the data stay for the next run, whose story adds to them. The JSON's
    figures are those that this story added.

    \b
    Example:
      linli demo
      linli demo --once --json story.json
      linli demo --district other-district.csv --data /tmp/other --port-base 9800
    """
    console = Console(width=max(Console().width, NARROWEST))
    telling = Telling(Running(data, port_base), read_divisions(district))
    running = telling.running
    end_on_sigterm()
    with ExitStack() as stack:
        with console.status("启动 PostgreSQL 与 RabbitMQ starting PostgreSQL and RabbitMQ"):
            running.start_parts(fresh=fresh)
            stack.callback(running.stop)
        with console.status("建库、迁移、声明队列 databases, migrations, queues"):
            running.prepare()
        supervisor = running.supervisor(stack.enter_context(running.open_log()))
        supervisor.start()
        stack.callback(supervisor.stop)
        with console.status("服务启动 services are starting"):
            running.wait_ready()
        figures = _tell(console, telling)
        if json_file is not None:
            json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", "utf-8")
        console.print(running.addresses())
        if not once:
            console.print(telling.sign_in_hint(), soft_wrap=True)
            console.print("按 Ctrl-C 停止 · Ctrl-C stops all of it")
            _wait_for_ctrl_c()
    if figures["ledger"]["missing"] or figures["ledger"]["extra"]:
        raise click.ClickException("the ledger is not even; `linli verify` says where")


def _tell(console: Console, telling: Telling) -> dict[str, Any]:
    with console.status("导入区划、建网格 divisions and grid"):
        telling.prepare()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("纠纷 disputes", total=None)
        telling.tell(lambda done, total: bar.update(task, completed=done, total=total))
    with console.status("等待全部生效 waiting for every effect"):
        telling.settle()
    telling.show(console)
    return telling.figures()


def _wait_for_ctrl_c() -> None:
    with suppress(KeyboardInterrupt):
        signal.pause()
