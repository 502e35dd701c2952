"""One embedded PostgreSQL and RabbitMQ for a whole run of tests; every test gets a database and a vhost of its own."""

import itertools
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from chassis.database import connect
from linli.embedded.data_folder import DataFolder
from linli.embedded.errors import EmbeddedError
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.embedded.rabbitmq import RabbitMQ
from linli.provision import admission, migrate, provision, service_url

MEMORY = Path("/dev/shm")
# The better one first. Always the same ones: the next run finds what a killed one left.
ROOTS = (MEMORY / f"linli-test-{os.getuid()}", Path(__file__).parents[2] / ".linli-test")
ENOUGH_BYTES = 2 << 30
STILL_STARTING_S = 60


class ServiceDatabase(str):
    """The address of a service's own database with the service's login; it can be used as the text it is."""

    admin_url: str

    def __new__(cls, url: str, admin_url: str) -> "ServiceDatabase":
        made = super().__new__(cls, url)
        made.admin_url = admin_url
        return made

    @property
    def url(self) -> str:
        return str(self)


Fill = Callable[[ServiceDatabase], None]
"""Puts into a fresh database what many tests begin with, and closes its connections."""


class MakeDatabase(Protocol):
    """The fixtures that make databases: this service's own, as migrated or as `fill` leaves it."""

    def __call__(self, service: str, fill: Fill | None = None) -> ServiceDatabase: ...


MakeVhost = Callable[[], str]


class Databases:
    """Clones of each service's migrated database. Migrating takes 300 ms, cloning 20 where files are made in memory.

    What many tests begin with is filled in once as well, and cloned.
    """

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._numbers = itertools.count(1)
        self._templates: dict[tuple[str, Fill | None], str] = {}

    @contextmanager
    def clone(self, service: str, fill: Fill | None = None) -> Iterator[ServiceDatabase]:
        """A database of this service that nobody else uses; dropped afterwards, whoever is still connected."""
        made = self._copy(service, self._template(service, fill))
        try:
            yield made
        finally:
            # A fault test may have left the server down; its databases go with the folder.
            if self._embedded.postgres.is_running():
                self._execute(f"DROP DATABASE {_name(made)} WITH (FORCE)")

    def _copy(self, service: str, template: str) -> ServiceDatabase:
        name = f"{service}_{next(self._numbers)}"
        # Copied as files: through the log, each clone would leave its whole size there.
        copy = f"CREATE DATABASE {name} TEMPLATE {template} OWNER {service}_owner STRATEGY file_copy"
        self._execute(copy, admission(service, name))
        admin_url = self._embedded.postgres.admin_url
        url = service_url(admin_url, service, self._embedded.secrets.service_password(service), name)
        return ServiceDatabase(url, admin_url.rpartition("/")[0] + f"/{name}")

    def _template(self, service: str, fill: Fill | None) -> str:
        if (service, fill) not in self._templates:
            self._templates[service, fill] = self._migrated(service) if fill is None else self._filled(service, fill)
        return self._templates[service, fill]

    def _migrated(self, service: str) -> str:
        name, admin_url = f"{service}_template", self._embedded.postgres.admin_url
        provision(admin_url, service, self._embedded.secrets.service_password(service), name)
        migrate(admin_url, service, name)
        return name

    def _filled(self, service: str, fill: Fill) -> str:
        made = self._copy(service, self._template(service, None))
        fill(made)
        return _name(made)

    def _execute(self, *statements: str) -> None:
        with closing(connect(self._embedded.postgres.admin_url)) as admin, admin.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _name(database: ServiceDatabase) -> str:
    return database.admin_url.rpartition("/")[2]


@contextmanager
def new_vhost(rabbitmq: RabbitMQ) -> Iterator[str]:
    """The address of a virtual host that nobody else uses; removed afterwards with its queues."""
    name = f"test-{secrets.token_hex(4)}"
    rabbitmq.add_vhost(name)
    try:
        yield rabbitmq.url(name)
    finally:
        if rabbitmq.is_running():
            rabbitmq.delete_vhost(name)


@contextmanager
def running_instance() -> Iterator[Embedded]:
    """Both parts in a folder of this run. PostgreSQL does not wait for the disk: kills lose nothing, power cuts may."""
    embedded = Embedded(new_folder(), free_ports().base, durable=False)
    embedded.start()
    try:
        yield embedded
    finally:
        embedded.discard()


def new_folder() -> Path:
    """Where an instance of this run may live; what earlier runs left there is stopped and removed first.

    In memory where there is enough: a database is some 300 files, which disks make in 20 ms or, some of them, in 300.
    """
    for root in ROOTS:
        _discard_abandoned(root)
    return next(root for root in ROOTS if _has_room(root)) / f"{os.getpid()}-{secrets.token_hex(3)}"


def _has_room(root: Path) -> bool:
    if root.parent != MEMORY:
        return True
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES


def _discard_abandoned(root: Path) -> None:
    if not root.is_dir():
        return
    for folder in root.iterdir():
        # Another run may be at it already.
        with suppress(EmbeddedError, FileNotFoundError):
            if time.time() - folder.stat().st_mtime > STILL_STARTING_S and not DataFolder(folder).is_held():
                Embedded(folder).discard()
