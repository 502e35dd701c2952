"""Waiting for a fact instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

Fact = TypeVar("Fact")


def wait_for(fact: Callable[[], Fact], timeout_s: float = 15.0) -> Fact:
    """Ask until the answer is truthy and give it; fail naming what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not (answer := fact()):
        assert time.monotonic() < deadline, f"still not so after {timeout_s:g} s: {fact!r}"
        time.sleep(0.01)
    return answer
