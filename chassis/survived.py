"""What this process has had in its hands and lived through."""

from collections.abc import Iterable


class Survived:
    """Tells a redelivery after a lost connection from one after a death. Whoever lives to be given a message again was
    not killed by it, so it is no suspect; when nobody here has had it, some process may have died of it.

    Kept by the hash of a body: of at most `most` messages, those in hand on this connection and on those before.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_hand: set[int] = set()
        self._before: set[int] = set()

    def received(self, body: bytes, *, redelivered: bool) -> bool:
        """Whether the message must be suspected."""
        suspected = redelivered and hash(body) not in self._before
        if not suspected:
            self._in_hand.add(hash(body))
        return suspected

    def acknowledged(self, bodies: Iterable[bytes]) -> None:
        """They do not come again."""
        done = {hash(body) for body in bodies}
        self._in_hand -= done
        self._before -= done

    def connection_lost(self) -> None:
        """What was in hand comes again."""
        both = self._before | self._in_hand
        self._before = both if len(both) <= self._most else self._in_hand
        self._in_hand = set()
