"""Messages nobody can read, over the real broker (DESIGN §6: 16): each is kept dead, and the service goes on."""

import pytest

from linli.embedded.parts import Embedded
from tests.support.fault_results import Report
from tests.support.stage import Stage
from tests.support.unreadable import UNREADABLE
from tests.support.waiting import wait_for


@pytest.mark.fault(16)
def test_each_unreadable_message_is_kept_dead_with_its_reason_and_the_service_goes_on(
    stage: Stage, report: Report, parts: Embedded
) -> None:
    service = stage.start_service()
    stage.start_relay()
    largest = int(parts.rabbitmq.evaluate("rabbit_misc:get_env(rabbit, max_message_size, 134217728)."))
    bad = {name: one for name, one in UNREADABLE.items() if len(one[0].body) <= largest}
    for message, _ in bad.values():
        stage.commit(1)
        stage.publish(message.body, content_type=message.content_type)
    stage.commit(1)
    stage.wait_in_effect(len(bad) + 1)
    wait_for(lambda: len(stage.letters()) == len(bad))

    kept = sorted((letter.state, letter.reason, letter.size_bytes) for letter in stage.letters())
    report(f"{len(bad)} unreadable messages of {len({reason for _, reason in bad.values()})} kinds", stage.weigh())
    assert kept == sorted(("dead", reason, len(message.body)) for message, reason in bad.values())
    assert service.popen.poll() is None
    assert stage.ready_messages() == 0
