"""Whose a file is. What another account could have written is not believed; what is made here nobody has made before.

Root runs Linli in folders that others may reach, beside parts that run as an account of their own: a path is a claim,
an open file a fact.
"""

import os
import stat
from pathlib import Path

from linli.embedded.errors import EmbeddedError


def require_own(path: Path) -> None:
    """Raise EmbeddedError unless the folder belongs to whoever runs this, and nobody else may write to it.

    A link to one must be one's own, too.
    """
    _refuse_foreign(path, path.lstat())
    _refuse_writable(path, path.stat())
    _refuse_foreign(path, path.stat())


def read_own(path: Path) -> str:
    """The text of a file of one's own. Raises FileNotFoundError, and EmbeddedError when it is a link, or when another
    account owns it or may write to it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be read as a file of one's own: {error.strerror}; remove it") from error
    with os.fdopen(file, "r", encoding="utf-8") as opened:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise EmbeddedError(f"{path} is no file; remove it")
        _refuse_foreign(path, found)
        _refuse_writable(path, found)
        return opened.read()


def write_new(path: Path, text: str, mode: int = 0o600) -> None:
    """Put a file in the place of whatever bears its name; its folder must be one's own."""
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        os.fchmod(file, mode)
        opened.write(text)


def append_to(path: Path) -> int:
    """A descriptor that appends to a log of one's own, which nobody else may read."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.fchmod(file, 0o600)
    return file


def _refuse_foreign(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{path} belongs to account {found.st_uid}, and this runs as {os.geteuid()}: what another account could "
            "have put there is not believed; run as its owner, or choose another folder with --data"
        )


def _refuse_writable(path: Path, found: os.stat_result) -> None:
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EmbeddedError(
            f"other accounts may write to {path}, so nothing in it can be believed; if all of it is yours: "
            f"chmod go-w {path}"
        )
