"""Asking many at once, none of them for longer than a given time, whatever it does."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Silence:
    """No answer: what was raised instead, or that the time was over."""

    why: str


class Asked(Generic[T]):
    """One question in a thread of its own. A frozen server can hold it for ever; it holds nobody else, and ends with
    the process."""

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._answer: T | Silence | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._question()
        except Exception as error:
            # Whatever it was, the others are shown, and this one says what it was.
            self._answer = Silence(str(error).strip() or type(error).__name__)

    def answer(self, until: float) -> T | Silence:
        """What came by this instant of the monotonic clock."""
        self._thread.join(max(until - time.monotonic(), 0))
        return Silence("no answer in time") if self._answer is None else self._answer


def ask_all(questions: Mapping[str, Callable[[], T]], within_s: float) -> dict[str, T | Silence]:
    """The answers by the names of the questions, after at most so many seconds."""
    until = time.monotonic() + within_s
    asked = {name: Asked(question) for name, question in questions.items()}
    return {name: one.answer(until) for name, one in asked.items()}
