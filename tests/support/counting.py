"""A small real service for the faults: one row for each effect, and whatever a fact's `act` tells it to suffer."""

import os
import signal
from typing import Any

from chassis.consumer import subscribe
from chassis.database import Transaction
from chassis.envelope import Event
from chassis.service import Service
from tests.support.consumer import note
from tests.support.facts import SOURCE, ThingData

GATE = 4711
"""The advisory lock that `wait` waits for; a test that holds it holds the handler."""


class Counting(Service):
    """Takes every version of a thing in order."""

    name = "counting"

    @subscribe(SOURCE, "thing.told", schema=ThingData, in_sequence=True)
    def count(self, tx: Transaction, event: Event) -> None:
        """Leave the effect, then do what the fact asks for: "poison", "wait", "fail", "die FILE", "die late FILE"."""
        note(tx, [event])
        act, _, file = event.data["act"].rpartition(" ")
        {"": _act, "die": _die, "die late": _die_late}[act](tx, file)


def _act(tx: Transaction, what: str) -> None:
    if what == "poison":
        os._exit(9)
    if what == "fail":
        raise RuntimeError("told to fail")
    if what == "wait":
        # Longer than a lock may usually take: the test decides when the gate opens.
        tx.execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        tx.execute("SELECT pg_advisory_xact_lock_shared(%s)", (GATE,))


def _die(_tx: Any, file: str) -> None:
    """Only whoever finds the file dies, so that the next run lives."""
    try:
        os.unlink(file)  # noqa: PTH108 - nothing is imported that the service would not import
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _die_late(tx: Transaction, file: str) -> None:
    """After the commit, before the acknowledgement."""
    tx.after_commit(lambda: _die(None, file))
