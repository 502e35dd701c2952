"""One page of a list: the query asks the database for one row more than it shows, to know whether there is a next."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")
Key = tuple[object, ...]


def cut(found: Sequence[Row], limit: int, key: Callable[[Row], Key]) -> tuple[Sequence[Row], Key | None]:
    """The rows to show, and the key of the last of them when there are more."""
    shown = found[:limit]
    return shown, key(shown[-1]) if len(found) > limit else None
