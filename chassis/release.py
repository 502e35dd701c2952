"""Which version of Linli this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """As it was installed; 0 where it runs without being."""
    try:
        return version("linli")
    except PackageNotFoundError:
        return "0"
