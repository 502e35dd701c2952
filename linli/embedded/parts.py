"""Both embedded parts in one data folder, begun together and stopped together."""

import shutil
from pathlib import Path
from types import TracebackType

from linli.embedded.data_folder import DEFAULT, DataFolder
from linli.embedded.ports import DEFAULT_BASE, Ports
from linli.embedded.postgres import Postgres
from linli.embedded.process import stop_leftovers
from linli.embedded.rabbitmq import RabbitMQ
from linli.embedded.secrets import Secrets

LEFTOVERS_S = 10


class Embedded:
    """PostgreSQL and RabbitMQ of one instance; a context manager that starts and stops them.

    After a kill -9 of its process the parts live on; the next start in the same folder stops them by their pid files.
    Where a server of somebody else's takes a part's place, `own_postgres` or `own_rabbitmq` is False and that part is
    known but never started.
    """

    postgres: Postgres
    rabbitmq: RabbitMQ
    secrets: Secrets

    def __init__(
        self,
        data: Path = DEFAULT,
        port_base: int = DEFAULT_BASE,
        *,
        durable: bool = True,
        own_postgres: bool = True,
        own_rabbitmq: bool = True,
    ) -> None:
        self.folder = DataFolder(data)
        self.ports = Ports(port_base)
        self._durable = durable
        self._own_postgres = own_postgres
        self._own_rabbitmq = own_rabbitmq

    def start(self, *, fresh: bool = False) -> None:
        """Take the folder and start both parts; `fresh` wipes what an earlier run kept.

        Raises EmbeddedError when the folder is in use or not ours, one of its ports is taken, or a part does not
        come up; then nothing is left running. `postgres`, `rabbitmq` and `secrets` are there afterwards.
        """
        self.folder.open()
        try:
            self._know_parts()
            self._stop_parts()
            # Services and relays of a killed run got SIGTERM from the kernel and may still be finishing.
            stop_leftovers(sorted(self.folder.run.glob("*.pid")), LEFTOVERS_S)
            self.ports.check_free()
            if fresh:
                self.folder.wipe()
                self._know_parts()
            self._start_parts()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both parts and let the folder go. May be called twice."""
        if self.folder.is_open():
            try:
                self._stop_parts()
            finally:
                self.folder.close()

    def discard(self) -> None:
        """Stop what runs in the folder and remove it whole; also what a killed run left there."""
        if not self.folder.is_open():
            self.folder.open()
            self._know_parts()
        try:
            self._stop_parts()
            self.folder.wipe()
        finally:
            self.folder.close()
        shutil.rmtree(self.folder.path)

    def __enter__(self) -> "Embedded":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _know_parts(self) -> None:
        data = self.folder.path
        self.secrets = Secrets.load_or_create(data)
        self.postgres = Postgres(data, self.ports.postgres, self.secrets, durable=self._durable)
        self.rabbitmq = RabbitMQ(data, self.ports, self.secrets)

    def _start_parts(self) -> None:
        # Both boot at once; the broker, the slower one, goes first.
        if self._own_rabbitmq:
            self.rabbitmq.spawn()
        if self._own_postgres:
            self.postgres.start()
        if self._own_rabbitmq:
            self.rabbitmq.wait_ready()

    def _stop_parts(self) -> None:
        try:
            self.rabbitmq.stop()
        finally:
            self.postgres.stop()
