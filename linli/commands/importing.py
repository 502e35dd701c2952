"""`linli import`: data from files."""

from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from linli.cli import data_option
from linli.importing import load_divisions, load_holidays, read_divisions, read_holidays
from linli.instance import Reach


@click.group(name="import", short_help="Bring data in from files.")
def command() -> None:
    """Bring data in from files; a file with anything wrong changes nothing.

    \b
    Example:
      linli import divisions data/nanshan.csv
      linli import holidays data/holidays.csv
    """


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def divisions(file: Path, data: Path) -> None:
    """Load a district's division tree: CSV with the columns code,name,level,parent_code, in UTF-8 or GB 18030.

    Safe to repeat: unchanged divisions stay as they are, changed names get a new version.

    \b
    Example:
      linli import divisions data/nanshan.csv
    """
    rows = read_divisions(file)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("divisions", total=len(rows))
        loaded = load_divisions(
            Reach.find(data).database("members"),
            rows,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    click.echo(loaded)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="The notice it comes from; the file's name without it.")
@data_option
def holidays(file: Path, source: str | None, data: Path) -> None:
    """Load whole years of the holiday table: CSV with the columns day,kind,name, in UTF-8 or GB 18030.

    A line for each weekday that is off and each weekend day that is worked (kind off or work), as the State Council's
    notice of November has it. Open due times that reach into these years are counted anew. Safe to repeat.

    \b
    Example:
      linli import holidays data/holidays.csv
    """
    years = read_holidays(file, source or file.name)
    click.echo(load_holidays(Reach.find(data).database("grievances"), years))
