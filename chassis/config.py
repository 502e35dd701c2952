# ruff: noqa: RUF009 - `setting` makes a dataclass field
"""Every environment variable a process of Linli reads; docs/operating/configuration.md is the same list for operators.

A process takes the part it needs, `settings = ServiceSettings.read()`, before anything else starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from chassis.errors import Misconfigured
from chassis.variables import (
    Address,
    Settings,
    address,
    file_or_https,
    key,
    keys,
    networks,
    nodes_url,
    number,
    one_of,
    servers_url,
    setting,
    some_of,
    text,
    url,
    whole,
)

SIGNATURES = ("ES256", "ES384", "Ed25519", "EdDSA", "PS256", "RS256")
"""Asymmetric only: whoever checks a token must not be able to make one."""


@dataclass(frozen=True, kw_only=True)
class ProcessSettings(Settings):
    """What every process needs."""

    log_level: str = setting(
        "LOG_LEVEL", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "The least log lines that are written", default="INFO"
    )
    otlp_endpoint: str | None = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        url("http", "https", example="http://collector:4318"),
        "Where OpenTelemetry spans go (OTLP over HTTP); without it none are made",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class ServingSettings(ProcessSettings):
    """What a process needs that answers others and so must not be stopped in the middle of an answer."""

    grace_s: float = setting(
        "GRACE_S",
        number(0, 3600),
        "Seconds that work in hand may take after SIGTERM; keep it below the platform's own kill time-out",
        default=25.0,
    )


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings(Settings):
    """A database of one's own."""

    database_url: str = setting(
        "DATABASE_URL",
        servers_url("postgresql", "postgres", example="postgresql://members:password@db:5432/members"),
        "The service's own database, with its own login role",
        secret=True,
    )


@dataclass(frozen=True, kw_only=True)
class BrokerSettings(Settings):
    """The message broker, and the way to wake the relay."""

    amqp_url: str = setting(
        "AMQP_URL",
        nodes_url("amqp", "amqps", example="amqps://members:password@broker:5671/linli"),
        "RabbitMQ, with login and virtual host; of a cluster every node, and the first one is tried first",
        secret=True,
    )
    relay_wake: Address | None = setting(
        "RELAY_WAKE",
        address("127.0.0.1:8811"),
        "Where the service's relay hears by UDP that there is something to send; without it the relay only polls",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class HttpSettings(Settings):
    """Answering requests, and whose tokens to believe."""

    http_address: Address = setting("HTTP_ADDRESS", address("127.0.0.1:8801"), "Where the process answers HTTP")
    jwt_issuer: str = setting(
        "JWT_ISSUER", text("the issuer exactly as tokens spell it"), "Whose tokens are believed: their claim `iss`"
    )
    jwt_audience: str = setting(
        "JWT_AUDIENCE",
        text("the audience exactly as tokens spell it"),
        "For whom tokens must be made: their claim `aud`",
        default="linli",
    )
    jwt_jwks: str = setting("JWT_JWKS", file_or_https(), "The issuer's public keys (a JWK Set)")
    jwt_algorithms: tuple[str, ...] = setting(
        "JWT_ALGORITHMS",
        some_of(*SIGNATURES),
        "The signatures that are accepted",
        default=("ES256", "Ed25519", "RS256"),
    )
    max_workers: int = setting("MAX_WORKERS", whole(1, 1000), "The most requests handled at a time", default=20)
    max_body_bytes: int = setting(
        "MAX_BODY_BYTES", whole(1024, 2**30), "The largest request body that is read", default=1024 * 1024
    )
    rate_limit_per_s: float = setting(
        "RATE_LIMIT_PER_S", number(0.1, 1e6), "Requests a second that one caller may make on average", default=200.0
    )
    public_rate_limit_per_s: float = setting(
        "PUBLIC_RATE_LIMIT_PER_S",
        number(0.1, 1e6),
        "Requests a second that one address (IPv6: one /64) may make on average without a token; four seconds' worth "
        "at once",
        default=10.0,
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = setting(
        "TRUSTED_PROXIES",
        networks(),
        "Proxies whose X-Forwarded-For is believed; behind one that is not listed, all callers without a token share "
        "one rate",
        default=(),
    )


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(HttpSettings, BrokerSettings, DatabaseSettings, ServingSettings):
    """A service with a database, queues and HTTP."""

    database_pool: int = setting(
        "DATABASE_POOL", whole(1, 200), "The most connections the process opens to PostgreSQL", default=10
    )
    consumer_batch: int = setting(
        "CONSUMER_BATCH", whole(1, 10_000), "The most facts applied in one transaction", default=500
    )
    consumer_attempts: int = setting(
        "CONSUMER_ATTEMPTS", whole(1, 100), "How often a fact is tried before it waits for the operator", default=5
    )


@dataclass(frozen=True, kw_only=True)
class RelaySettings(BrokerSettings, DatabaseSettings, ProcessSettings):
    """The relay of one service: from its outbox to the broker."""

    relay_metrics_address: Address | None = setting(
        "RELAY_METRICS_ADDRESS",
        address("127.0.0.1:8821"),
        "Where the relay answers /metrics; without it nowhere",
        default=None,
    )
    relay_batch: int = setting(
        "RELAY_BATCH", whole(1, 10_000), "The most facts sent before their confirms are awaited", default=500
    )
    relay_poll_ms: int = setting(
        "RELAY_POLL_MS", whole(1, 10_000), "Milliseconds between two looks for new facts", default=20
    )
    relay_sweep_s: float = setting(
        "RELAY_SWEEP_S",
        number(0.1, 3600),
        "Seconds between two looks through the whole outbox, for facts whose commit came late",
        default=2.0,
    )
    relay_confirm_timeout_s: float = setting(
        "RELAY_CONFIRM_TIMEOUT_S",
        number(0.1, 600),
        "Seconds the broker may take to confirm before the relay connects anew",
        default=10.0,
    )


@dataclass(frozen=True, kw_only=True)
class SealingSettings(Settings):
    """Keys for personal data; only services that hold some are given them."""

    sealing_keys: Mapping[str, bytes] = setting(
        "SEALING_KEYS", keys(), "Keys by their ids; old ones stay here to open what they sealed", secret=True
    )
    sealing_key_id: str = setting(
        "SEALING_KEY_ID", text("an id that SEALING_KEYS holds"), "The key that seals from now on"
    )
    sealing_algorithm: str = setting(
        "SEALING_ALGORITHM",
        one_of("AES-256-GCM", "SM4-GCM"),
        "The cipher that seals from now on; both are opened",
        default="AES-256-GCM",
    )
    blind_index_key: bytes = setting(
        "BLIND_INDEX_KEY", key(), "The key of blind indexes; a new one means writing them all anew", secret=True
    )

    def __post_init__(self) -> None:
        if self.sealing_key_id not in self.sealing_keys:
            ids = ", ".join(sorted(self.sealing_keys))
            raise Misconfigured(f"SEALING_KEY_ID is {self.sealing_key_id!r}; it must be an id of SEALING_KEYS: {ids}")
        if self.blind_index_key in self.sealing_keys.values():
            raise Misconfigured("BLIND_INDEX_KEY is also one of SEALING_KEYS; it must be a key of its own")


@dataclass(frozen=True, kw_only=True)
class PersonalDataServiceSettings(ServiceSettings, SealingSettings):
    """A service that keeps personal data: without its keys it does not start."""


def markdown(processes: Mapping[str, type[Settings]]) -> str:
    """The variables of these kinds of process as one table for operators."""
    readers: dict[str, list[str]] = {}
    for process, settings in processes.items():
        for variable in settings.variables():
            readers.setdefault(variable.name, []).append(process)
    declared = {one.name: one for settings in processes.values() for one in settings.variables()}
    rows = [
        f"| `{name}` | {', '.join(readers[name])} | {one.default} | {one.meaning} | {one.shape.right} | "
        f"{'yes' if one.secret else '–'} |"
        for name, one in declared.items()
    ]
    head = ["| Variable | Read by | Default | What it is | A right value is | Secret |", "|-|-|-|-|-|-|"]
    return "\n".join([*head, *rows])
