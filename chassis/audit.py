"""Who did what to which thing, and who read personal data and why: a row for each, in a chain nobody can change unseen.

A command's row is written to audit_pending in its own commit; `seal`, once a second, moves rows into audit_log, where
each hash covers the row and the hash before it. Commits never wait for one another. The service's login can add
pending rows and ask for sealing, nothing else: not even a thief of it can change what is written.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self

from chassis import metrics, tracing
from chassis.database import Transaction
from chassis.logs import masked

anchors = logging.getLogger(f"{__name__}.anchors")
anchors.setLevel(logging.INFO)  # written whatever LOG_LEVEL says: what nobody has noted cannot be missed

Kind = Literal["command", "read"]

GENESIS = bytes(32)
AT_MOST = 5000
PURPOSE_CHARACTERS = 200

_INSERT = """
INSERT INTO audit_pending (kind, actor_id, action, thing, area, purpose, trace_id) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def record(
    tx: Transaction,
    actor_id: str,
    action: str,
    thing: str,
    *,
    area: str | None = None,
    purpose: str | None = None,
    kind: Kind = "command",
) -> None:
    """Leave a row about this transaction; it is written in the round trip of the commit, or not at all.

    `thing` is a kind and an id or a path ("dispute/0197…"), never a person's data. `purpose` says why personal data
    was read; the law asks for it (PIPL 6).
    """
    why = None if purpose is None else masked(purpose)[:PURPOSE_CHARACTERS]
    tx.at_commit(_INSERT, (kind, actor_id, action, thing, area, why, tracing.current_trace_id()))


def seal(tx: Transaction, at_most: int = AT_MOST) -> int:
    """Move pending rows to the end of the chain; gives how many. Harmless when several do it at a time.

    With the first row of each hour the head goes to the log as well: kept elsewhere, it is the anchor without which
    nobody can see that the tail of a chain was cut off.
    """
    (sealed,) = tx.rows("SELECT * FROM seal_audit(%s)", (at_most,))
    if sealed.sealed_rows is None:
        return 0
    tx.after_commit(lambda: _show(sealed))
    return int(sealed.sealed_rows)


def _show(sealed: Any) -> None:
    metrics.AUDIT_SEALED.inc(sealed.sealed_rows)
    metrics.AUDIT_PENDING.set(sealed.pending_rows)
    metrics.AUDIT_HEAD.set(sealed.head_sequence)
    if sealed.sealed_rows and _hour(sealed.earlier_head_at) != _hour(sealed.head_at):
        anchors.info("audit anchor %s", Anchor(sealed.head_sequence, bytes(sealed.head_hash)))


def _hour(instant: datetime | None) -> datetime | None:
    return instant and instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Anchor:
    """The head of the chain at some time, noted outside of the database; written `sequence:hash`."""

    sequence: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for anything but a number, a colon and 64 hexadecimal digits."""
        sequence, _, digest = text.partition(":")
        if not sequence.isdecimal() or len(digest) != 64:
            raise ValueError(f"an anchor is sequence:hash as the log says it, not {text!r}")
        return cls(int(sequence), bytes.fromhex(digest))


Fault = Literal["changed", "removed", "inserted", "reordered", "cut"]


@dataclass(frozen=True)
class AuditReport:
    """What `verify` found: how far the chain holds, and the first row where it does not."""

    rows: int
    pending: int
    head: Anchor
    fault: Fault | None = None
    sequence: int | None = None
    detail: str = "every row is as it was sealed"

    @property
    def intact(self) -> bool:
        return self.fault is None


def verify(
    tx: Transaction,
    anchors: Sequence[Anchor] = (),
    *,
    batch: int = 5000,
    on_batch: Callable[[int], None] = lambda _: None,
) -> AuditReport:
    """Walk the chain from its first row with hashes of our own; stops at the first row that does not hold.

    Without an anchor, a chain cut at its end, or one made anew as a whole by a superuser, looks sound: give the anchors
    that the logs kept. `on_batch` is told the number of rows walked so far.
    """
    (pending,) = tx.rows("SELECT count(*) AS rows FROM audit_pending")
    awaited = {anchor.sequence: anchor for anchor in anchors if anchor.sequence > 0}
    head = Anchor(0, GENESIS)
    for row in _rows(tx, batch, on_batch):
        found = _broken(tx, row, head) or _contradicted(row, awaited.pop(row.sequence, None))
        if found is not None:
            return AuditReport(head.sequence, pending.rows, head, *found)
        head = Anchor(row.sequence, bytes(row.hash))
    if awaited:
        last = max(awaited)
        detail = f"the log ends at row {head.sequence}, but an anchor tells of row {last}: its end was cut off"
        return AuditReport(head.sequence, pending.rows, head, "cut", head.sequence + 1, detail)
    return AuditReport(head.sequence, pending.rows, head)


def _rows(tx: Transaction, batch: int, on_batch: Callable[[int], None]) -> Iterator[Any]:
    tx.execute(
        """
        DECLARE audit_rows NO SCROLL CURSOR FOR
        SELECT sequence, at, kind, actor_id, action, thing, area, purpose, trace_id, previous_hash, hash
        FROM audit_log ORDER BY sequence
        """
    )
    walked = 0
    while rows := tx.rows("FETCH %s FROM audit_rows", (batch,)):
        yield from rows
        walked += len(rows)
        on_batch(walked)
    tx.execute("CLOSE audit_rows")


def row_hash(row: Any, previous_hash: bytes) -> bytes:
    """The hash that `seal_audit` (0003_audit.sql) gives this row."""
    at = str((row.at - _EPOCH) // _MICROSECOND)
    fields = (at, row.kind, row.actor_id, row.action, row.thing, row.area, row.purpose, row.trace_id)
    return hashlib.sha256(previous_hash + "".join(map(_field, fields)).encode()).digest()


def _field(value: str | None) -> str:
    return "-" if value is None else f"{len(value)}:{value}"


Finding = tuple[Fault, int, str]


def _broken(tx: Transaction, row: Any, head: Anchor) -> Finding | None:
    expected = head.sequence + 1
    if row.sequence > expected:
        return "removed", expected, f"row {expected} is missing; the next one is {row.sequence}"
    if row.sequence < expected:
        return "inserted", row.sequence, f"row {row.sequence} is there twice"
    if row_hash(row, bytes(row.previous_hash)) != bytes(row.hash):
        return "changed", row.sequence, f"row {row.sequence} does not fit its own hash: it was changed after sealing"
    if bytes(row.previous_hash) != head.hash:
        return _unlinked(tx, row, head)
    return None


def _unlinked(tx: Transaction, row: Any, head: Anchor) -> Finding:
    """The row fits its own hash, but not the row before it: find the row it was sealed after."""
    sealed_after = tx.rows("SELECT sequence FROM audit_log WHERE hash = %s ORDER BY sequence", (row.previous_hash,))
    if not sealed_after and bytes(row.previous_hash) != GENESIS:
        detail = f"row {row.sequence} was sealed after another row {head.sequence}: that was hashed anew, or removed"
        return "changed", head.sequence, detail
    before = sealed_after[0].sequence if sealed_after else 0
    if before < head.sequence:
        return (
            "inserted",
            before + 1,
            f"row {row.sequence} was sealed right after row {before}: what is between was put in",
        )
    return "reordered", row.sequence, f"row {row.sequence} was sealed after row {before}, not after row {head.sequence}"


def _contradicted(row: Any, anchor: Anchor | None) -> Finding | None:
    if anchor is None or anchor.hash == bytes(row.hash):
        return None
    detail = f"row {row.sequence} has another hash than its anchor: the chain was made anew from there or before"
    return "changed", row.sequence, detail
