"""Settings: one line tells what is wrong and what would be right, and never a secret."""

import base64
import json
import logging
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest

from chassis import config
from chassis.config import (
    BrokerSettings,
    DatabaseSettings,
    PersonalDataServiceSettings,
    RelaySettings,
    SealingSettings,
    ServiceSettings,
)
from chassis.errors import Misconfigured
from chassis.variables import Address, Settings, district, setting
from services.grievances.settings import Open311Settings
from services.portal.settings import PortalSettings

DOCUMENT = Path("docs/operating/configuration.md")
PROCESSES: dict[str, type[Settings]] = {
    "service": ServiceSettings,
    "relay": RelaySettings,
    "portal": PortalSettings,
    "personal data": SealingSettings,
    "grievances": Open311Settings,
}
KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(32, 64))).decode()

GOOD = {
    "DATABASE_URL": "postgresql://members:hush@db:5432/members",
    "AMQP_URL": "amqp://members:hush@broker:5672/linli",
    "HTTP_ADDRESS": "127.0.0.1:8801",
    "JWT_ISSUER": "https://id.example",
    "JWT_JWKS": "https://id.example/jwks.json",
    "SEALING_KEYS": json.dumps({"2026": KEY}),
    "SEALING_KEY_ID": "2026",
    "BLIND_INDEX_KEY": OTHER_KEY,
}


@pytest.fixture(autouse=True)
def _good_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for settings in (ServiceSettings, RelaySettings, SealingSettings):
        for variable in settings.variables():
            monkeypatch.delenv(variable.name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_the_document_lists_exactly_the_variables() -> None:
    table = "\n".join(line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|"))

    assert table == config.markdown(PROCESSES), f"{DOCUMENT} must hold this table:\n{config.markdown(PROCESSES)}"


def test_a_service_reads_its_settings() -> None:
    settings = ServiceSettings.read()

    assert settings.http_address == Address("127.0.0.1", 8801)
    assert (settings.consumer_batch, settings.consumer_attempts, settings.database_pool) == (500, 5, 10)
    assert (settings.grace_s, settings.log_level, settings.otlp_endpoint) == (25.0, "INFO", None)
    assert settings.jwt_algorithms == ("ES256", "Ed25519", "RS256")


def test_a_relay_needs_neither_tokens_nor_http(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_ADDRESS", "JWT_ISSUER", "JWT_JWKS", "SEALING_KEYS"):
        monkeypatch.delenv(name)

    settings = RelaySettings.read()

    assert (settings.relay_batch, settings.relay_poll_ms, settings.relay_sweep_s) == (500, 20, 2.0)
    assert (settings.relay_wake, settings.relay_metrics_address, settings.relay_confirm_timeout_s) == (None, None, 10.0)


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("GRACE_S", value)
    monkeypatch.setenv("JWT_ISSUER", value)

    with pytest.raises(Misconfigured, match=r"^JWT_ISSUER is not set; it must be "):
        ServiceSettings.read()


RIGHT = [
    ("TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", (ip_network("10.0.0.0/8"), ip_network("::1/128"))),
    (
        "DATABASE_URL",
        "postgresql:///members?host=/run/postgresql",
        "database_url",
        "postgresql:///members?host=/run/postgresql",
    ),
    (
        "DATABASE_URL",
        "postgresql://a:b@db-1:5432,db-2/x?target_session_attrs=primary",
        "database_url",
        "postgresql://a:b@db-1:5432,db-2/x?target_session_attrs=primary",
    ),
    ("AMQP_URL", "amqp://a:b@one,[::1]:5672,three:5672/x", "amqp_url", "amqp://a:b@one,[::1]:5672,three:5672/x"),
    ("HTTP_ADDRESS", "[::1]:8801", "http_address", Address("::1", 8801)),
    ("HTTP_ADDRESS", " localhost:0 ", "http_address", Address("localhost", 0)),
    ("JWT_ALGORITHMS", "ES256, PS256", "jwt_algorithms", ("ES256", "PS256")),
    ("JWT_JWKS", __file__, "jwt_jwks", __file__),
    ("RELAY_WAKE", "localhost:8811", "relay_wake", Address("localhost", 8811)),
    ("GRACE_S", "0.5", "grace_s", 0.5),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318", "otlp_endpoint", "http://collector:4318"),
]


@pytest.mark.parametrize(("name", "value", "attribute", "expected"), RIGHT)
def test_a_right_value_is_read(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, attribute: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)

    assert getattr(ServiceSettings.read(), attribute) == expected


WRONG = [
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TRUSTED_PROXIES", "ingress"),
    ("HTTP_ADDRESS", "8801"),
    ("HTTP_ADDRESS", "127.0.0.1"),
    ("HTTP_ADDRESS", "127.0.0.1:99999"),
    ("HTTP_ADDRESS", "http://127.0.0.1:80"),
    ("JWT_JWKS", "http://id.example/jwks.json"),
    ("JWT_JWKS", "/nowhere/jwks.json"),
    ("JWT_ALGORITHMS", "none"),
    ("JWT_ALGORITHMS", "ES256,HS256"),
    ("DATABASE_POOL", "0"),
    ("DATABASE_POOL", "ten"),
    ("GRACE_S", "-1"),
    ("GRACE_S", "nan"),
    ("MAX_BODY_BYTES", "1e6"),
    ("LOG_LEVEL", "verbose"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
    ("CONSUMER_ATTEMPTS", "1_0_0_0"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_with_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    variable = next(one for one in ServiceSettings.variables() if one.name == name)

    with pytest.raises(Misconfigured) as refusal:
        ServiceSettings.read()
    assert str(refusal.value) == f"{name} is {value!r}; it must be {variable.shape.right}"


WRONG_SECRETS: list[tuple[type[Settings], str, str]] = [
    (DatabaseSettings, "DATABASE_URL", "mysql://members:hush@db/members"),
    (DatabaseSettings, "DATABASE_URL", "hush"),
    (DatabaseSettings, "DATABASE_URL", "postgresql://members:hush@db-1:5432,db-2:x/members"),
    (DatabaseSettings, "DATABASE_URL", "postgresql://members:hush@db-1,db-2/members?target_session_attrs=any"),
    (BrokerSettings, "AMQP_URL", "amqp://members:hush@one:5672,/linli"),
    (BrokerSettings, "AMQP_URL", "amqp://members:hush@one:5672/linli;amqp://members:hush@two:5672/linli"),
    (BrokerSettings, "AMQP_URL", "http://members:hush@broker"),
    (BrokerSettings, "AMQP_URL", "amqp://members:hush@broker:x"),
    (SealingSettings, "BLIND_INDEX_KEY", "hush"),
    (SealingSettings, "BLIND_INDEX_KEY", base64.b64encode(b"hush").decode()),
    (SealingSettings, "SEALING_KEYS", "hush"),
    (SealingSettings, "SEALING_KEYS", '["hush"]'),
    (SealingSettings, "SEALING_KEYS", "{}"),
    (SealingSettings, "SEALING_KEYS", '{"2026": "hush"}'),
    (SealingSettings, "SEALING_KEYS", '{"2026": ["hush"]}'),
    (SealingSettings, "SEALING_KEYS", f'{{"2026": "{KEY}", "2026": "{OTHER_KEY}"}}'),
    (SealingSettings, "SEALING_KEYS", f'{{"with space": "{KEY}"}}'),
]


@pytest.mark.parametrize(("settings", "name", "value"), WRONG_SECRETS)
def test_a_wrong_secret_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, settings: type[Settings], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Misconfigured) as refusal:
        settings.read()
    assert str(refusal.value).startswith(f"{name} has a value that does not fit")
    assert "hush" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRACE_S", "soon")
    monkeypatch.delenv("AMQP_URL")

    with pytest.raises(Misconfigured) as refusal:
        ServiceSettings.read()
    assert [line.split()[0] for line in str(refusal.value).splitlines()] == ["GRACE_S", "AMQP_URL"]


def test_no_secret_is_in_the_text_of_settings() -> None:
    shown = f"{ServiceSettings.read()} {SealingSettings.read()}"

    assert "hush" not in shown
    assert KEY not in shown
    assert repr(bytes(range(32))) not in shown


def test_sealing_keys_are_read_and_the_active_one_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SealingSettings.read().sealing_keys == {"2026": bytes(range(32))}

    monkeypatch.setenv("SEALING_KEY_ID", "2027")
    with pytest.raises(Misconfigured, match="SEALING_KEY_ID is '2027'; it must be an id of SEALING_KEYS: 2026"):
        SealingSettings.read()


def test_a_service_with_personal_data_does_not_start_without_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEALING_KEYS")

    with pytest.raises(Misconfigured, match="SEALING_KEYS is not set"):
        PersonalDataServiceSettings.read()


@dataclass(frozen=True, kw_only=True)
class BoardSettings(Settings):
    area: str | None = setting("BOARD_AREA", district(), "A district", default=None)


def test_a_district_is_given_by_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARD_AREA", "440305000000")
    assert BoardSettings.read().area == "440305000000"

    monkeypatch.setenv("BOARD_AREA", "440305001000")
    with pytest.raises(Misconfigured, match="BOARD_AREA is '440305001000'; it must be the 12-digit code of a district"):
        BoardSettings.read()


def test_the_blind_index_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLIND_INDEX_KEY", KEY)

    with pytest.raises(Misconfigured, match="BLIND_INDEX_KEY is also one of SEALING_KEYS"):
        SealingSettings.read()


def test_log_levels_are_those_of_python() -> None:
    assert logging.getLevelName(ServiceSettings.read().log_level) == logging.INFO
