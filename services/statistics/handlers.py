"""What statistics does with the facts it hears."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from chassis import areas
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.envelope import Event
from chassis.errors import UnreadableEvent
from services.statistics import store
from services.statistics.model import NEWEST_KEPT, Tally
from services.statistics.store import LearntDivision, NewestFact


def count(tx: Transaction, events: Sequence[Event]) -> None:
    """Add a batch of dispute facts to the figures of their divisions' Shanghai days and to the running list.

    Six statements whatever the size of the batch, in the round trip of the commit. Raises UnreadableEvent for an area
    that is no division code.
    """
    if not events:
        return
    store.note_unknown_areas(tx, _areas(events))
    store.add_newest_facts(tx, _newest(events))
    _add(tx, events, [local_day(event.time) for event in events])


def count_missed(tx: Transaction, events: Sequence[Event]) -> None:
    """Add a batch of missed deadlines 超期未办 to the day on which each was missed, whenever that was noticed.

    A deadline of what is no dispute's, such as a note's, has no category and no relation. Raises UnreadableEvent for an
    area that is no division code.
    """
    if not events:
        return
    store.note_unknown_areas(tx, _areas(events))
    _add(tx, events, [local_day(event.data["due_at"]) for event in events])


def learn_divisions(tx: Transaction, events: Sequence[Event]) -> None:
    """Take over divisions as members tells them; of several words about one, the newest counts.

    What a division that changes its parent has in the sums above it goes along.
    """
    newest: dict[str, LearntDivision] = {}
    for event in events:
        known = newest.get(event.data["code"])
        if known is None or known.version < event.version:
            newest[event.data["code"]] = LearntDivision(**event.data, version=event.version)
    if not newest:
        return
    told = [newest[code] for code in sorted(newest)]
    store.note_unknown_parents(tx, told)
    moved = store.list_moved(tx, told)
    store.learn_divisions(tx, [division for division in told if division.code not in moved])
    for division in told:
        if division.code in moved:
            store.move_division(tx, division)
    store.move_on(tx)


def _add(tx: Transaction, events: Sequence[Event], days: Sequence[date]) -> None:
    tally = Tally()
    for event, day in zip(events, days, strict=True):
        told = event.data.get
        tally.add(
            event.type,
            area=event.area,
            day=day,
            category=told("category"),
            relation=told("relation"),
            days_open=told("days_open"),
            satisfaction=told("satisfaction"),
        )
    if tally.by_day:
        store.add_figures(tx, tally.by_day)
    if tally.by_word:
        store.add_breakdown(tx, tally.by_word)
    store.move_on(tx)


def _areas(events: Sequence[Event]) -> list[str]:
    codes = sorted({event.area for event in events})
    for code in codes:
        if not areas.is_code(code):
            raise UnreadableEvent("attributes", f"area {code!r} is no division code of 12 digits")
    return codes


def _newest(events: Sequence[Event]) -> list[NewestFact]:
    """The batch's newest facts of each area, no more than are kept anyway."""
    kept: list[NewestFact] = []
    seen: Counter[str] = Counter()
    for event in sorted(events, key=lambda event: (event.time, event.event_id), reverse=True):
        seen[event.area] += 1
        if seen[event.area] <= NEWEST_KEPT:
            kept.append(
                NewestFact(
                    event_id=event.event_id,
                    dispute_id=event.subject,
                    area=event.area,
                    type=event.type,
                    category=event.data.get("category"),
                    relation=event.data.get("relation"),
                    occurred_at=event.time,
                )
            )
    return kept
