"""How long to wait before something that failed is tried again."""

import time
from collections.abc import Callable


class Pauses:
    """Twice as long after each try, up to `longest_s`; from the beginning again after a try that lasted longer than
    that, or that was of use: what ended it then is another trouble."""

    def __init__(self, first_s: float, longest_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._clock = clock
        self._next_s = first_s
        self._began = clock()

    def begin(self) -> None:
        """A try begins."""
        self._began = self._clock()

    def was_of_use(self) -> None:
        """This try has done some of what it is for."""
        self._next_s = self._first_s

    def after_failure_s(self) -> float:
        """It has failed: so long until the next one."""
        if self._clock() - self._began > self._longest_s:
            self._next_s = self._first_s
        pause_s, self._next_s = self._next_s, min(self._next_s * 2, self._longest_s)
        return pause_s
