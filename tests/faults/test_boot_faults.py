"""A start into what is wrong (DESIGN §6: 24): never ready, a clear line, and no restart needed once it is set right."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from linli.embedded.parts import Embedded
from tests.support.asking import ask
from tests.support.fault_results import Report
from tests.support.service_process import ServiceProcess, answers
from tests.support.stage import Recovery, Stage, recovering


def wait_told(service: ServiceProcess, line: str) -> None:
    """Until /readyz says this is in the way."""

    def told() -> bool:
        try:
            answer = ask(service.port, "GET", "/readyz")
        except OSError:
            return False
        return answer.status == 503 and line in answer.text

    service.wait_until(told)


def set_right(stage: Stage, service: ServiceProcess) -> Recovery:
    """The same process becomes ready and takes what comes."""
    with recovering() as recovery:
        service.wait_until(lambda: answers(service.port))
        stage.start_relay()
        stage.commit(20)
        stage.wait_settled()
    assert stage.effects() == 20
    assert service.popen.poll() is None
    return recovery


@pytest.mark.fault(24)
def test_a_queue_of_other_arguments_is_named_until_it_is_gone(stage: Stage, report: Report) -> None:
    with stage.channel() as channel:
        channel.queue_declare(stage.route.queue, durable=True, auto_delete=False)
    service = stage.start_service(ready=False)
    wait_told(service, f"queue {stage.route.queue} exists with other arguments than this version declares")
    with stage.channel() as channel:
        channel.queue_delete(stage.route.queue)
    recovery = set_right(stage, service)

    report("a queue had other arguments at boot", stage.weigh(), recovered_s=recovery.seconds)


@contextmanager
def late_user(parts: Embedded, vhost: str) -> Iterator[None]:
    rabbitmq = parts.rabbitmq
    rabbitmq.ctl("add_user", "late", "right")
    rabbitmq.ctl("set_permissions", "-p", vhost, "late", ".*", ".*", ".*")
    yield
    rabbitmq.ctl("delete_user", "late")


@pytest.mark.fault(24)
def test_a_wrong_password_is_told_without_it_until_it_is_right(stage: Stage, report: Report, parts: Embedded) -> None:
    address = urlsplit(stage.amqp_url)
    login = urlunsplit(address._replace(netloc=f"late:right@{address.netloc.rpartition('@')[2]}"))
    service = stage.start_service(ready=False, AMQP_URL=login)
    wait_told(service, "refuses user 'late': check the user, the password and the vhost in AMQP_URL")
    with late_user(parts, stage.vhost):
        recovery = set_right(stage, service)

    report("a login was refused at boot", stage.weigh(), recovered_s=recovery.seconds)
    assert "right@" not in service.said()


@pytest.mark.fault(24)
def test_a_database_that_is_not_there_yet_is_waited_for(stage: Stage, report: Report) -> None:
    with stage.sink_cut_off():
        service = stage.start_service(ready=False)
        wait_told(service, "PostgreSQL does not answer")
    recovery = set_right(stage, service)

    report("the database took no connections at boot", stage.weigh(), recovered_s=recovery.seconds)
