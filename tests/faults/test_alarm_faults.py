"""A broker that stands still, or has no memory or disk left and reads from no publisher, while people work (DESIGN §6:
6, 7, 13): they notice nothing, the relay gives up in its time-out, and everything arrives afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from linli.embedded.parts import Embedded
from linli.embedded.rabbitmq import RabbitMQ
from tests.support.asking import ask
from tests.support.district import District, new_district
from tests.support.fault_results import Report
from tests.support.instance import Databases, new_vhost
from tests.support.stage import FULL, own_servers, recovering, sized
from tests.support.waiting import wait_for

HOLD_S = sized(0.5, 60)
TIMEOUT_S = sized("0.5", "4")


@pytest.fixture(scope="module")
def parts(request: pytest.FixtureRequest) -> Iterator[Embedded]:
    if FULL:
        with own_servers() as own:
            yield own
    else:
        yield request.getfixturevalue("embedded")


@pytest.fixture(scope="module")
def district(parts: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """One for the three faults: each leaves it as it was."""
    databases = Databases(parts)
    folder = tmp_path_factory.mktemp("district")
    with ExitStack() as stack:
        yield stack.enter_context(
            new_district(
                lambda service, fill=None: stack.enter_context(databases.clone(service, fill)),
                stack.enter_context(new_vhost(parts.rabbitmq)),
                folder,
                RELAY_CONFIRM_TIMEOUT_S=TIMEOUT_S,
            )
        )


@contextmanager
def frozen(rabbitmq: RabbitMQ) -> Iterator[None]:
    rabbitmq.suspend()
    try:
        yield
    finally:
        rabbitmq.resume()


@contextmanager
def limit(rabbitmq: RabbitMQ, module: str, name: str, unbearable: str) -> Iterator[None]:
    """One of the broker's limits set so that it raises its alarm at once."""
    before = rabbitmq.evaluate(f"{module}:get_{name}().").strip()
    rabbitmq.evaluate(f"{module}:set_{name}({unbearable}).")
    try:
        wait_for(lambda: "resource_limit" in rabbitmq.evaluate("rabbit_alarm:get_alarms()."))
        yield
    finally:
        rabbitmq.evaluate(f"{module}:set_{name}({before}).")


def no_memory(rabbitmq: RabbitMQ) -> AbstractContextManager[None]:
    return limit(rabbitmq, "vm_memory_monitor", "vm_memory_high_watermark", "0.0000001")


def no_disk(rabbitmq: RabbitMQ) -> AbstractContextManager[None]:
    return limit(rabbitmq, "rabbit_disk_monitor", "disk_free_limit", "1000000000000000")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(frozen, marks=pytest.mark.fault(6), id="stands still"),
        pytest.param(no_memory, marks=pytest.mark.fault(7), id="has no memory left"),
        pytest.param(no_disk, marks=pytest.mark.fault(13), id="has no disk left"),
    ],
)
def test_people_go_on_while_the_broker_takes_nothing_and_everything_arrives_afterwards(
    district: District,
    parts: Embedded,
    report: Report,
    request: pytest.FixtureRequest,
    fault: Callable[[RabbitMQ], AbstractContextManager[None]],
) -> None:
    with ExitStack() as until_it_is_over:
        with district.filing() as answers:
            some = district.sent() + 20
            wait_for(lambda: district.sent() > some)
            until_it_is_over.enter_context(fault(parts.rabbitmq))
            over, given_up = time.monotonic() + HOLD_S, gave_up(district)
            district.relay.wait_until(lambda: gave_up(district) > given_up)
            sent = district.sent()
            district.relay.wait_until(lambda: time.monotonic() > over, 2 * HOLD_S)
            board = ask(district.statistics.port, "GET", "/healthz")
        stopped = district.stop_some() if FULL or fault is no_memory else []
        falsely_confirmed = district.sent() - sent
    with recovering() as recovery:
        district.start_again()
        district.wait_settled()

    done = (
        f"broker {request.node.callspec.id} for {HOLD_S} s while {len(answers.statuses)} disputes were filed, the "
        f"slowest in {answers.slowest_s:.2f} s" + "; relay and statistics stopped meanwhile" * bool(stopped)
    )
    report(done, district.weigh(), recovered_s=recovery.seconds)
    assert set(answers.statuses) == {201}
    assert board.status == 200
    assert not any(stopped)
    assert falsely_confirmed == 0


def gave_up(district: District) -> int:
    """How often the relay has given the broker up."""
    return district.relay.said().count("relay of grievances starts anew")
