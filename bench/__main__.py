"""`python -m bench [NAMES…] [--quick]`: measure, show, and keep the figures."""

from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from bench import beside_table, results, table
from bench.ground import BenchError, Ground
from bench.rounds import FULL, QUICK, USUAL, Scale, Tell
from linli.embedded.errors import EmbeddedError
from linli.running import end_on_sigterm

Benchmark = Callable[[Ground, Scale, Tell], results.Results]


def benchmarks() -> dict[str, Benchmark]:
    """In the order they run; what needs the whole deployment comes last."""
    from bench import (
        backpressure,
        beside_peers,
        commit_to_effect,
        consumers,
        dispute_life,
        flat_cost,
        http_command,
        memory,
        relay,
    )

    return {
        "relay": relay.measure,
        "consumers": consumers.measure,
        "http_command": http_command.measure,
        "memory": memory.measure,
        "commit_to_effect": commit_to_effect.measure,
        "peers": beside_peers.measure,
        "dispute_life": dispute_life.measure,
        "backpressure": backpressure.measure,
        "flat_cost": flat_cost.measure,
    }


NAMES = (
    "relay",
    "consumers",
    "http_command",
    "memory",
    "commit_to_effect",
    "peers",
    "dispute_life",
    "backpressure",
    "flat_cost",
)


class Progress:
    """A line while something runs, and a line with its figure when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("")

    def __enter__(self) -> "Progress":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def begin(self, what: str) -> None:
        self._status.update(f"{what} …")

    def found(self, what: str, figure: float, unit: str) -> None:
        self._console.print(f"  {what:45} {figure:>12,.{0 if figure >= 100 else 1}f} {unit}", highlight=False)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--quick", is_flag=True, help="Little of everything, once: whether it works, not how fast it is.")
@click.option("--full", is_flag=True, help="Lives of disputes longer and three times: for figures to publish.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=results.FILE,
    help="Where the figures are kept; of benchmarks not named, older ones stay.",
)
def main(names: tuple[str, ...], quick: bool, full: bool, output: Path) -> None:
    """Measure Linli beside stock nameko and beside the floor, on real parts of this run (all benchmarks, or NAMES).

    \b
    Example:
      python -m bench
      python -m bench relay http_command
      python -m bench --quick --output /tmp/results.json
    """
    console = Console()
    end_on_sigterm()
    stage, found, failed = Ground(), {}, True
    try:
        with Progress(console) as progress:
            progress.begin("starting PostgreSQL and RabbitMQ")
            stage.start()
            for name, measure in benchmarks().items():
                if not names or name in names:
                    found.update(measure(stage, QUICK if quick else FULL if full else USUAL, progress))
        failed = False
    except (BenchError, EmbeddedError) as error:
        raise click.ClickException(f"{error}\nlogs: {stage.folder}/log") from error
    finally:
        stage.stop(keep=failed)
    results.write(output, found)
    for shown in (table.of(found), beside_table.of(found)):
        if shown is not None and shown.row_count:
            console.print(shown)
    console.print(f"kept in {output}")


if __name__ == "__main__":
    main()
