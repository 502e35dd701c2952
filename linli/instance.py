"""Where a deployment's parts are: embedded in a data folder, or named by the environment."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from chassis.database import Database
from chassis.errors import Misconfigured
from chassis.identity import Grant, Issuer
from linli.embedded.data_folder import DataFolder
from linli.embedded.ownership import read_own, write_new
from linli.embedded.ports import HOST, Ports
from linli.embedded.postgres import socket_name
from linli.embedded.secrets import Secrets
from linli.services import WITH_DATABASE, WITH_PERSONAL_DATA

FILE = "instance.json"
ISSUER = "urn:linli:embedded"
AUDIENCE = "linli"
RATE_LIMIT_PER_S = 100_000
"""On loopback one person's token, or one address without any, may serve a whole load test."""


@dataclass(frozen=True)
class Instance:
    """An embedded instance: its folder, ports, secrets, and the parts it stands on (its own, or given ones)."""

    data: Path
    ports: Ports
    secrets: Secrets
    admin_url: str
    amqp_url: str
    own_broker: bool
    """Whether the broker is the instance's own, which knows a login of each service's."""

    @classmethod
    def at(cls, data: Path) -> "Instance":
        """The instance that `linli up` or `linli demo` runs in this folder. Raises Misconfigured when none does."""
        if not DataFolder(data).is_held():
            raise Misconfigured(
                f"nothing runs in {data}; start it with `linli up --data {data}`, name another folder with --data, or "
                "set <SERVICE>_DATABASE_URL and AMQP_URL for a deployment"
            )
        kept = json.loads(read_own(data / FILE))
        secrets = Secrets.load_or_create(data)
        ports = Ports(kept["port_base"])
        return cls(data.absolute(), ports, secrets, kept["admin_url"], kept["amqp_url"], kept["own_broker"])

    def remember(self) -> None:
        """Leave what `at` needs in the folder, for its owner alone: the addresses hold passwords."""
        content = {
            "port_base": self.ports.base,
            "admin_url": self.admin_url,
            "amqp_url": self.amqp_url,
            "own_broker": self.own_broker,
        }
        write_new(self.data / FILE, json.dumps(content))
        (self.data / "jwks.json").write_text(json.dumps(self.issuer().jwks()), "utf-8")

    def issuer(self) -> Issuer:
        """Makes tokens that this instance's services believe."""
        return Issuer(json.loads(self.secrets.jwt_key), ISSUER, AUDIENCE)

    def token(self, actor_id: str, grants: Iterable[Grant], lifetime_s: int = 12 * 3600) -> str:
        return self.issuer().issue(actor_id, grants, lifetime_s)

    def http_url(self, service: str) -> str:
        return f"http://{HOST}:{self.ports.http(service)}"

    def database_url(self, service: str) -> str:
        """The service's own login, never the administrator's."""
        parts = urlsplit(_with_login(self.admin_url, service, self.secrets.service_password(service)))
        return urlunsplit(parts._replace(path=f"/{service}"))

    def broker_url(self, service: str) -> str:
        """With the service's own login at the instance's own broker; a given address is used as it is."""
        if not self.own_broker:
            return self.amqp_url
        return _with_login(self.amqp_url, service, self.secrets.broker_password(service))

    def environment(self, service: str, process: str) -> dict[str, str]:
        """The variables of one process: `process` is "service" or "relay". Each gets what it needs and no more."""
        if service == "portal":
            return {
                "HTTP_ADDRESS": f"{HOST}:{self.ports.portal}",
                "PORTAL_STATISTICS_URL": self.http_url("statistics"),
                "PORTAL_MEMBERS_URL": self.http_url("members"),
                "PORTAL_GRIEVANCES_URL": self.http_url("grievances"),
                "PORTAL_COOKIES": "http",
            }
        common = {
            "DATABASE_URL": _by_socket(self.database_url(service), self.ports.postgres),
            "AMQP_URL": self.broker_url(service),
            "RELAY_WAKE": f"{HOST}:{self.ports.relay_wake(service)}",
        }
        if process == "relay":
            return common | {"RELAY_METRICS_ADDRESS": f"{HOST}:{self.ports.relay_metrics(service)}"}
        return common | {
            "HTTP_ADDRESS": f"{HOST}:{self.ports.http(service)}",
            "JWT_ISSUER": ISSUER,
            "JWT_AUDIENCE": AUDIENCE,
            "JWT_JWKS": str(self.data / "jwks.json"),
            "RATE_LIMIT_PER_S": str(RATE_LIMIT_PER_S),
            "PUBLIC_RATE_LIMIT_PER_S": str(RATE_LIMIT_PER_S),
            "TRUSTED_PROXIES": HOST,
            **(self._sealing() if service in WITH_PERSONAL_DATA else {}),
        }

    def _sealing(self) -> dict[str, str]:
        return {
            "SEALING_KEYS": json.dumps({"embedded-1": self.secrets.sealing_key}),
            "SEALING_KEY_ID": "embedded-1",
            "BLIND_INDEX_KEY": self.secrets.blind_index_key,
        }


def _by_socket(url: str, own_port: int) -> str:
    """The same database by the socket of our own PostgreSQL; the address of another one, on loopback, too, as it is."""
    parts = urlsplit(url)
    login, _, place = parts.netloc.rpartition("@")
    if place != f"{HOST}:{own_port}":
        return url
    return urlunsplit(parts._replace(netloc=f"{login}@{quote(socket_name(own_port), safe='')}:{own_port}"))


def _with_login(url: str, login: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}:{quote(password, safe='')}@{host}"))


@dataclass(frozen=True)
class Reach:
    """What an operator's command reaches: the services' databases and the broker; `data` when it is an instance's."""

    database_urls: Mapping[str, str]
    amqp_url: str
    data: Path | None = None

    @classmethod
    def of(cls, instance: Instance) -> "Reach":
        """An embedded instance's."""
        return cls(
            {service: instance.database_url(service) for service in WITH_DATABASE}, instance.amqp_url, instance.data
        )

    @classmethod
    def find(cls, data: Path) -> "Reach":
        """From <SERVICE>_DATABASE_URL and AMQP_URL when any is set, else from the instance in the data folder.

        Raises Misconfigured when only some are set, or nothing runs in the folder.
        """
        names = {service: f"{service.upper()}_DATABASE_URL" for service in WITH_DATABASE}
        given = {service: os.environ[name] for service, name in names.items() if os.environ.get(name)}
        if not given:
            return cls.of(Instance.at(data))
        missing = [name for name in [*names.values(), "AMQP_URL"] if not os.environ.get(name)]
        if missing:
            raise Misconfigured(f"{', '.join(missing)} must be set beside the other addresses of the deployment")
        return cls(given, os.environ["AMQP_URL"])

    def database(self, service: str) -> Database:
        """Raises Misconfigured for a service that has none."""
        if service not in self.database_urls:
            raise Misconfigured(f"no service {service!r} with a database; there are {', '.join(self.database_urls)}")
        return Database(self.database_urls[service], service=service, process="operator")

    def databases(self) -> dict[str, Database]:
        return {service: self.database(service) for service in self.database_urls}
