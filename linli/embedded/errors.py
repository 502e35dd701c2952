"""What keeps the embedded parts from running."""

from chassis.errors import LinliError


class EmbeddedError(LinliError):
    """An embedded part cannot run here; the message says what would let it."""
