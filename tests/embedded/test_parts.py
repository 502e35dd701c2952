"""Both parts in one folder: what they keep, who may reach them, and how they come back."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import amqp
import psutil
import pytest

from chassis.database import connect
from chassis.errors import DatabaseUnavailable
from linli.embedded.errors import EmbeddedError
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports, listeners
from linli.embedded.process import is_alive, recall, remember
from tests.support.sockets import listening
from tests.support.waiting import wait_for

RUN_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from linli.embedded.parts import Embedded
Embedded(Path(sys.argv[1]), int(sys.argv[2])).start()
print("up", flush=True)
time.sleep(600)
"""

MakeInstance = Callable[..., Embedded]


def broker(instance: Embedded) -> amqp.Connection:
    where = urlsplit(instance.rabbitmq.url())
    return amqp.Connection(
        f"{where.hostname}:{where.port}",
        unquote(where.username or ""),
        unquote(where.password or ""),
        virtual_host=unquote(where.path[1:]),
        confirm_publish=True,
    )


def put(instance: Embedded) -> str:
    """Leave a row and a message under a name of their own."""
    name = f"kept_{secrets.token_hex(4)}"
    with closing(connect(instance.postgres.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} AS SELECT 42 AS answer")
    with broker(instance) as connection:
        channel = connection.channel()
        channel.queue_declare(name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.basic_publish_confirm(amqp.Message("42", delivery_mode=2), routing_key=name)
    instance.rabbitmq.settle()
    return name


def found(instance: Embedded, name: str) -> tuple[int, str]:
    """The row and the message of that name."""
    with closing(connect(instance.postgres.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT answer FROM {name}")
        (answer,) = cursor.fetchone() or (0,)
    with broker(instance) as connection:
        channel = connection.channel()
        message = wait_for(lambda: channel.basic_get(name, no_ack=True))
    return answer, message.body


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """One running instance for the tests that leave it running."""
    instance = Embedded(tmp_path_factory.mktemp("shared") / "data", free_ports().base)
    instance.start()
    yield instance
    instance.discard()


def processes(instance: Embedded) -> list[psutil.Process]:
    roots = [psutil.Process(pid) for pid in (instance.postgres.pid, instance.rabbitmq.pid, instance.rabbitmq.epmd_pid)]
    return [process for root in roots for process in (root, *root.children(recursive=True))]


def test_a_second_start_finds_its_data_again_and_a_fresh_one_nothing(shared: Embedded) -> None:
    password, name = shared.secrets.postgres_password, put(shared)
    shared.stop()
    shared.start()
    kept = found(shared, name)
    shared.stop()
    shared.start(fresh=True)

    assert kept == (42, "42")
    assert shared.secrets.postgres_password != password
    with closing(connect(shared.postgres.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename = %s", (name,))
        assert cursor.fetchone() == (0,)


def test_everything_listens_on_loopback_only(shared: Embedded) -> None:
    ports = shared.ports

    heard = listening(processes(shared))

    assert {address for address, _ in heard} <= {"127.0.0.1", "::1"}
    assert {port for _, port in heard} == {ports.postgres, ports.amqp, ports.distribution, ports.epmd}


def test_nobody_gets_in_without_the_folders_passwords(shared: Embedded) -> None:
    url = shared.postgres.admin_url

    with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
        connect(url.replace(shared.secrets.postgres_password, "postgres"))
    with pytest.raises(DatabaseUnavailable, match="no password supplied"):
        connect(url.replace(f":{shared.secrets.postgres_password}", ""))
    with pytest.raises(amqp.AccessRefused), amqp.Connection(f"127.0.0.1:{shared.ports.amqp}", "guest", "guest"):
        pass


def test_files_with_secrets_are_their_owners_alone(shared: Embedded) -> None:
    data = shared.folder.path
    secret = ["secrets.json", "rabbitmq-settings/rabbitmq.conf", "rabbitmq-settings/.erlang.cookie"]
    secret += ["postgres", "rabbitmq", "run", "log/postgres.log", "log/rabbitmq.log"]

    assert {name: (data / name).stat().st_mode & 0o077 for name in secret} == dict.fromkeys(secret, 0)
    assert not list(data.glob("postgres.password*"))


def test_no_password_is_in_the_process_table(shared: Embedded) -> None:
    kept = shared.secrets
    hidden = (kept.postgres_password, kept.rabbitmq_password, kept.erlang_cookie)

    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]

    assert not [line for line in lines if any(word in line for word in hidden)]


def test_two_instances_run_side_by_side(shared: Embedded, embedded: Embedded) -> None:
    names = put(shared), put(embedded)

    assert found(shared, names[0]) == found(embedded, names[1]) == (42, "42")


def test_a_folder_in_use_is_refused_and_goes_on(shared: Embedded) -> None:
    with pytest.raises(EmbeddedError, match=r"already runs Linli in .*--data"):
        Embedded(shared.folder.path, free_ports().base).start()

    assert shared.postgres.is_running()
    assert shared.rabbitmq.is_running()


@pytest.mark.parametrize("part", ["postgres", "amqp", "distribution", "epmd", "portal"])
def test_a_taken_port_is_named_and_nothing_stays_behind(make_instance: MakeInstance, part: str) -> None:
    instance = make_instance()
    port = getattr(instance.ports, part)

    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(EmbeddedError, match=rf"port {port} .* is taken by process {os.getpid()} \("),
    ):
        instance.start()

    assert not list(instance.folder.run.glob("*.pid"))
    assert not instance.folder.is_held()


def test_a_part_of_somebody_elses_is_not_started(tmp_path: Path) -> None:
    instance = Embedded(tmp_path / "data", free_ports().base, own_rabbitmq=False)

    instance.start()
    running = instance.postgres.is_running(), instance.rabbitmq.is_running()
    instance.discard()

    assert running == (True, False)


def test_what_a_killed_run_left_is_stopped_by_the_next(make_instance: MakeInstance) -> None:
    instance = make_instance()
    argv = [sys.executable, "-c", RUN_UNTIL_KILLED, str(instance.folder.path), str(instance.ports.base)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as first:
        assert first.stdout
        assert first.stdout.readline() == b"up\n"
        left = [recall(pid_file) for pid_file in instance.folder.run.glob("*.pid")]
        first.kill()
    service = subprocess.Popen(["sleep", "600"])
    remember(instance.folder.run / "members.pid", service.pid)
    assert [process.is_running() for process in left if process] == [True, True, True]

    instance.start()

    assert not [process for process in left if process and is_alive(process)]
    assert service.wait(1) == -signal.SIGTERM
    assert found(instance, put(instance)) == (42, "42")
    instance.stop()
    assert not list(instance.folder.run.glob("*.pid"))


@pytest.mark.faults
def test_killed_parts_start_again_with_what_was_confirmed(shared: Embedded) -> None:
    name = put(shared)

    shared.rabbitmq.kill()
    shared.postgres.kill()
    down = (shared.rabbitmq.is_running(), shared.postgres.is_running())
    shared.rabbitmq.start()
    shared.postgres.start()

    assert down == (False, False)
    assert found(shared, name) == (42, "42")


@pytest.mark.faults
def test_a_postmaster_killed_alone_is_followed_by_a_new_one(shared: Embedded) -> None:
    name = put(shared)
    with closing(connect(shared.postgres.admin_url)):
        assert shared.postgres.pid
        psutil.Process(shared.postgres.pid).kill()
        shared.postgres.start()

    assert found(shared, name)[0] == 42


@pytest.mark.faults
def test_a_stale_lock_with_somebody_elses_number_does_not_keep_postgres_down(shared: Embedded) -> None:
    shared.postgres.kill()
    lock = shared.folder.path / "postgres" / "postmaster.pid"
    lines = lock.read_text("utf-8").splitlines()
    lock.write_text("\n".join(["1", *lines[1:]]) + "\n", "utf-8")

    shared.postgres.start()

    assert shared.postgres.is_running()


@pytest.mark.faults
def test_a_suspended_broker_answers_nothing_until_it_is_resumed(shared: Embedded) -> None:
    assert shared.rabbitmq.pid
    process = psutil.Process(shared.rabbitmq.pid)

    shared.rabbitmq.suspend()
    wait_for(lambda: process.status() == psutil.STATUS_STOPPED)
    shared.rabbitmq.resume()

    assert found(shared, put(shared)) == (42, "42")


@pytest.mark.faults
def test_a_suspended_broker_can_be_stopped_and_takes_its_name_server_along(shared: Embedded) -> None:
    name_server = shared.rabbitmq.epmd_pid
    shared.rabbitmq.suspend()

    shared.rabbitmq.stop()
    with pytest.raises(EmbeddedError, match="RabbitMQ is not running, so it cannot be sent SIGSTOP"):
        shared.rabbitmq.suspend()
    shared.rabbitmq.start()

    assert shared.rabbitmq.epmd_pid not in (None, name_server)


@pytest.mark.faults
def test_a_name_server_that_the_node_started_itself_is_stopped_too(shared: Embedded) -> None:
    own = psutil.Process(shared.rabbitmq.epmd_pid)
    own.kill()
    own.wait()
    subprocess.run(["epmd", "-daemon"], env=psutil.Process(shared.rabbitmq.pid).environ(), check=True)
    (stray,) = wait_for(lambda: listeners(shared.ports.epmd))

    shared.rabbitmq.stop()
    shared.rabbitmq.start()

    assert shared.rabbitmq.epmd_pid != stray
    assert listeners(shared.ports.epmd) == {shared.rabbitmq.epmd_pid}


def test_parts_run_without_roots_rights(shared: Embedded) -> None:
    for pid in (shared.postgres.pid, shared.rabbitmq.pid, shared.rabbitmq.epmd_pid):
        assert psutil.Process(pid).uids().effective != 0
        status = Path(f"/proc/{pid}/status").read_text("ascii")
        held = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff"))
        assert held in (0, 1 << 1, 1 << 2), "at most the one capability to pass through closed folders"
