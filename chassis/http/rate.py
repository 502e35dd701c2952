"""How often one caller may ask: a token bucket for each, in this process."""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from time import monotonic

from chassis.errors import TooManyRequests

REMEMBERED = 10_000
BURST_S = 4.0
"""A caller who has been quiet may ask this many seconds' worth at once."""


class RateLimit:
    """`per_s` requests a second on average for each caller; the longest unseen of many callers is forgotten first."""

    def __init__(self, per_s: float, *, elapsed_s: Callable[[], float] = monotonic) -> None:
        self._per_s = per_s
        self._most = max(1.0, per_s * BURST_S)
        self._elapsed_s = elapsed_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count one request. Raises TooManyRequests with the time after which one is possible again."""
        now = self._elapsed_s()
        left, since = self._buckets.get(caller, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_s)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        self._buckets.move_to_end(caller)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if not allowed:
            wait_s = ceil((1 - left) / self._per_s)
            raise TooManyRequests(f"more than {self._per_s:g} requests a second; wait {wait_s} s", wait_s)
