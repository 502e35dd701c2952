"""The folder that holds all an instance keeps: databases, queues, secrets, logs, pid files."""

import fcntl
import os
import shutil
from pathlib import Path

from linli.embedded.errors import EmbeddedError
from linli.embedded.ownership import require_own

DEFAULT = Path(".linli")
MARKER = "linli-data-folder"
LOCK = "run.lock"


class DataFolder:
    """A folder one process at a time runs an instance in."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    @property
    def run(self) -> Path:
        """Pid files."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    def open(self) -> None:
        """Make or take the folder and hold it until `close`.

        Raises EmbeddedError when another process holds it, when it holds files that are not ours, or when another
        account owns it or may write to it.
        """
        if self.path.exists() and not self.path.is_dir():
            raise EmbeddedError(f"{self.path} is a file; --data needs a folder")
        # Others may pass through, as the parts' account must, but not list; every entry has its own mode.
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        require_own(self.path)
        self._refuse_foreign()
        (self.path / MARKER).write_text("Linli keeps an instance here; `--fresh` may wipe this folder.\n", "utf-8")
        self._take_lock()
        try:
            for folder, mode in ((self.run, 0o700), (self.logs, 0o711)):
                folder.mkdir(mode=mode, exist_ok=True)
                require_own(folder)
        except BaseException:
            self.close()
            raise

    def wipe(self) -> None:
        """Remove everything but the lock this process holds."""
        if self._lock is None:
            raise EmbeddedError(f"{self.path} must be open before it is wiped")
        for entry in self.path.iterdir():
            if entry.name in (MARKER, LOCK):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.run.mkdir(mode=0o700)
        self.logs.mkdir(mode=0o711)

    def close(self) -> None:
        """Let another process have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_open(self) -> bool:
        """Whether this very object holds the folder."""
        return self._lock is not None

    def is_held(self) -> bool:
        """Whether some process runs an instance here. Raises EmbeddedError when another account owns the folder or may
        write to it: what it says of an instance is then not believed."""
        if not self.path.is_dir():
            return False
        require_own(self.path)
        try:
            lock = os.open(self.path / LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _take_lock(self) -> None:
        # Held by this process alone: the descriptor is not inherited by what it starts.
        lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(lock)
            raise EmbeddedError(
                f"process {holder} already runs Linli in {self.path}; stop it, or choose another folder with --data"
            ) from None
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def _refuse_foreign(self) -> None:
        if not (self.path / MARKER).exists() and any(self.path.iterdir()):
            raise EmbeddedError(f"{self.path} holds files that are not Linli's; --data needs a new or an empty folder")
