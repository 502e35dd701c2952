"""Both embedded parts in one data folder, begun together and stopped together."""

import shutil
from pathlib import Path
from types import TracebackType

from linli.embedded.data_folder import DEFAULT, DataFolder
from linli.embedded.ports import DEFAULT_BASE, Ports
from linli.embedded.postgres import Postgres
from linli.embedded.rabbitmq import RabbitMQ
from linli.embedded.secrets import Secrets


class Embedded:
    """PostgreSQL and RabbitMQ of one instance; a context manager that starts and stops them.

    After a kill -9 of its process the parts live on; the next start in the same folder stops them by their pid files.
    """

    postgres: Postgres
    rabbitmq: RabbitMQ
    secrets: Secrets

    def __init__(self, data: Path = DEFAULT, port_base: int = DEFAULT_BASE, *, durable: bool = True) -> None:
        self.folder = DataFolder(data)
        self.ports = Ports(port_base)
        self._durable = durable

    def start(self, *, fresh: bool = False) -> None:
        """Take the folder and start both parts; `fresh` wipes what an earlier run kept.

        Raises EmbeddedError when the folder is in use or not ours, a port is taken, or a part does not come up; then
        nothing is left running. `postgres`, `rabbitmq` and `secrets` are there afterwards.
        """
        self.folder.open()
        try:
            self._know_parts()
            self._stop_parts()
            if fresh:
                self.folder.wipe()
                self._know_parts()
            # Both boot at once; the broker, the slower one, goes first.
            self.rabbitmq.spawn()
            self.postgres.start()
            self.rabbitmq.wait_ready()
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

    def _stop_parts(self) -> None:
        try:
            self.rabbitmq.stop()
        finally:
            self.postgres.stop()
