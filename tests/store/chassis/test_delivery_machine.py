"""The ledger after every step of any story between outbox and inbox (DESIGN §6); `make faults ONLY=machine` tells more.

What may happen in a story, and what must be so after each step, is in tests.support.delivery_machine.
"""

from collections.abc import Callable

import pytest

from tests.support.consumer import Consumer
from tests.support.delivery_machine import machine_parts, tell_stories
from tests.support.facts import SOURCE
from tests.support.instance import MakeDatabase

STORIES = 40


@pytest.mark.parametrize("in_sequence", [True, False], ids=["every version in order", "each by itself"])
def test_every_committed_fact_has_one_effect_whatever_happens_on_its_way(
    service_database: MakeDatabase, make_consumer: Callable[..., Consumer], in_sequence: bool
) -> None:
    with machine_parts(
        service_database(SOURCE), make_consumer(in_sequence=in_sequence), in_sequence=in_sequence
    ) as parts:
        tell_stories(parts, STORIES)
