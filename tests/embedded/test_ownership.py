"""What the parts' account may touch in the data folder, and what the services may touch in the cluster."""

import os

import pytest

from chassis.database import connect
from chassis.errors import DatabaseUnavailable
from linli.embedded.parts import Embedded
from linli.provision import provision, service_url


@pytest.mark.skipif(os.geteuid() != 0, reason="as root alone are there two accounts")
def test_the_brokers_account_reads_its_settings_and_writes_none(embedded: Embedded) -> None:
    settings = embedded.folder.path / "rabbitmq-settings"

    assert settings.stat().st_uid == 0
    assert settings.stat().st_mode & 0o022 == 0
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in settings.iterdir()} == dict.fromkeys(
        ("rabbitmq.conf", "advanced.config", "rabbitmq-env.conf", "enabled_plugins", ".erlang.cookie"), "0o400"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="as root alone are there two accounts")
def test_nothing_of_roots_lies_in_the_folders_of_the_parts(embedded: Embedded) -> None:
    """Else a part could not write it, or somebody has walked through its folder to give it away."""
    for part in ("postgres", "rabbitmq"):
        folder = embedded.folder.path / part
        assert [path for path in [folder, *folder.rglob("*")] if path.lstat().st_uid == 0] == []


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_a_service_does_not_get_into_the_clusters_own_databases(embedded: Embedded, database: str) -> None:
    password = embedded.secrets.service_password("members")
    provision(embedded.postgres.admin_url, "members", password, "members_own")

    with pytest.raises(DatabaseUnavailable, match="permission denied for database"):
        connect(service_url(embedded.postgres.admin_url, "members", password, database))
