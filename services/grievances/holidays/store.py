"""Years of the holiday table as rows."""

from pathlib import Path

from chassis.database import Transaction, load_queries
from services.grievances.holidays.model import Holiday, Year

queries = load_queries(Path(__file__).parent)


def lock(tx: Transaction) -> None:
    """Let no other load come between; readers go on."""
    queries.lock_years(tx.connection)


def list_years(tx: Transaction) -> dict[int, str]:
    """The years there are, each with where it comes from."""
    return {row.year: row.source for row in queries.list_years(tx.connection)}


def find_year(tx: Transaction, year: int) -> Year | None:
    source = list_years(tx).get(year)
    if source is None:
        return None
    return Year(year, source, tuple(Holiday(*row) for row in queries.list_days(tx.connection, year=year)))


def save_year(tx: Transaction, year: Year) -> None:
    """Put this table in the place of the year's former one."""
    queries.forget_days(tx.connection, year=year.year)
    queries.save_year(
        tx.connection,
        year=year.year,
        source=year.source,
        days=[day.day for day in year.days],
        workings=[day.is_working for day in year.days],
        names=[day.name for day in year.days],
    )
