"""Two PostgreSQL servers on this machine: one that is written to, and a standby that takes over when that one dies."""

import itertools
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlsplit

import psutil

from chassis.database import connect
from linli.embedded import account
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.embedded.postgres import Postgres, program
from linli.embedded.process import plain_environment
from linli.provision import migrate, provision, service_url
from tests.support.instance import Fill, ServiceDatabase, new_folder
from tests.support.waiting import wait_for

FOLLOWERS = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '{}'"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


class Pair:
    """`leading` is written to; `following` holds a copy and takes over in `fail_over`."""

    def __init__(self, leading: Embedded, following: Embedded) -> None:
        self._secrets = leading.secrets
        self._parts: dict[Postgres, Embedded] = {}
        self._numbers = itertools.count(1)
        self.leading, self.following = (self._server(parts) for parts in (leading, following))

    def _server(self, parts: Embedded) -> Postgres:
        """One that knows the pair's passwords; stopped and removed with its parts."""
        parts.postgres = Postgres(parts.folder.path, parts.ports.postgres, self._secrets)
        self._parts[parts.postgres] = parts
        return parts.postgres

    @property
    def admin_url(self) -> str:
        """Of whichever of the two can be written to."""
        parts = urlsplit(self.leading.admin_url)
        also = urlsplit(self.following.admin_url).netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{parts.netloc},{also}").geturl()

    def database(self, service: str, fill: Fill | None = None) -> ServiceDatabase:
        """A service's own fresh database, at the address of both servers."""
        name = f"{service}_{next(self._numbers)}"
        password = self._secrets.service_password(service)
        provision(self.admin_url, service, password, name)
        migrate(self.admin_url, service, name)
        admin_url = urlsplit(self.admin_url)._replace(path=f"/{name}").geturl()
        made = ServiceDatabase(service_url(self.admin_url, service, password, name), admin_url)
        if fill is not None:
            fill(made)
        return made

    def follow(self, *, waited_for: bool) -> None:
        """Have a standby, a new one after a failover; `waited_for`: a commit is answered only when its disk has it."""
        if not self.following.is_running():
            self._copy()
            self.following.spawn()
        tell(self.leading, f"ALTER SYSTEM SET synchronous_standby_names = '{'*' if waited_for else ''}'")
        tell(self.leading, "SELECT pg_reload_conf()")
        followers = FOLLOWERS.format("sync" if waited_for else "async")
        wait_for(lambda: number(self.leading, followers), 30)

    def _copy(self) -> None:
        """A copy of the leading server that knows whom to follow, in place of what was there."""
        folder = self._parts[self.following].folder.path / "postgres"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        account.give(folder)
        backup = program("pg_basebackup")
        what = ["--pgdata", str(folder), "--dbname", self.leading.admin_url]
        how = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        command = [*account.prefix(folder, backup), str(backup), *what, *how]
        subprocess.run(command, env=plain_environment({}), cwd=folder, check=True, capture_output=True)

    def hold_back(self) -> None:
        """Nothing more reaches the standby until the leading server dies: its sender is stopped in its tracks."""
        sender = number(self.leading, "SELECT pid FROM pg_stat_replication")
        psutil.Process(sender).send_signal(signal.SIGSTOP)

    def waiting(self) -> int:
        """How many sessions are at the end of a commit that the standby has not answered."""
        return number(self.leading, WAITING)

    def fail_over(self) -> None:
        """SIGKILL the leading server and promote the other one, which then waits for no standby: it has none."""
        self.leading.kill()
        self.leading, self.following = self.following, self.leading
        tell(self.leading, "ALTER SYSTEM SET synchronous_standby_names = ''")
        tell(self.leading, "SELECT pg_reload_conf()")
        tell(self.leading, "SELECT pg_promote()")

    def kill(self) -> None:
        for server in self._parts:
            server.kill()


def tell(server: Postgres, sql: str) -> None:
    with closing(connect(server.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(sql)


def number(server: Postgres, sql: str) -> int:
    with closing(connect(server.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


@contextmanager
def running_pair() -> Iterator[Pair]:
    """One at work; its standby comes with `follow`."""
    with ExitStack() as stack:
        parts = []
        for _ in range(2):
            one = Embedded(new_folder(), free_ports().base, own_postgres=False, own_rabbitmq=False)
            one.start()
            stack.callback(one.discard)
            parts.append(one)
        pair = Pair(*parts)
        stack.callback(pair.kill)
        pair.leading.start()
        yield pair
