"""Where the processes of an embedded instance find their parts."""

from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from linli.embedded.ports import Ports
from linli.embedded.postgres import socket_name
from linli.embedded.secrets import Secrets
from linli.instance import Instance

PORTS = Ports(23000)


def place_of_the_database(tmp_path: Path, admin_url: str) -> str:
    secrets = Secrets.load_or_create(tmp_path)
    instance = Instance(tmp_path, PORTS, secrets, admin_url, "amqp://linli:x@127.0.0.1:1/linli", own_broker=False)
    return urlsplit(instance.environment("members", "relay")["DATABASE_URL"]).netloc.rpartition("@")[2]


def test_the_instances_own_database_is_found_by_its_socket(tmp_path: Path) -> None:
    place = place_of_the_database(tmp_path, f"postgresql://postgres:x@127.0.0.1:{PORTS.postgres}/postgres")

    assert place == f"{quote(socket_name(PORTS.postgres), safe='')}:{PORTS.postgres}"


@pytest.mark.parametrize("place", ["127.0.0.1:5432", "127.0.0.1", "db:5432", "db-1:5432,127.0.0.1:5432"])
def test_a_given_database_is_found_where_it_is_also_on_this_machine(tmp_path: Path, place: str) -> None:
    assert place_of_the_database(tmp_path, f"postgresql://postgres:x@{place}/postgres") == place
