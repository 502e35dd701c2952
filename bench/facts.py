"""The facts that are sent: dispute.accepted of many disputes, as `grievances` writes them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils.compat

from chassis.envelope import Event, to_json

SOURCE = "grievances"
TYPE = "dispute.accepted"
AREA = "440305001012"
VERSIONS = 5
"""A dispute has about five facts in its life, so so many follow each other for one subject."""


def envelopes(count: int) -> Iterator[str]:
    """So many different facts, each about 600 bytes of JSON."""
    now = datetime.now(UTC)
    subject = ""
    for number in range(count):
        if number % VERSIONS == 0:
            subject = str(uuid_utils.compat.uuid7())
        data = {
            "dispute_id": subject,
            "category": "property_fee",
            "relation": "owner_property",
            "grid_unit_id": "01936f00-0000-7000-8000-00000000000b",
            "registered_at": now.isoformat(),
        }
        yield to_json(
            Event(
                event_id=uuid_utils.compat.uuid7(),
                source=SOURCE,
                type=TYPE,
                subject=subject,
                version=number % VERSIONS + 1,
                area=AREA,
                time=now,
                data=data,
                traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
            )
        )


def write(path: Path, count: int) -> None:
    """One fact a line, for the processes that send them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{envelope}\n" for envelope in envelopes(count))


def read(path: Path, count: int) -> list[str]:
    """The first so many facts of the file."""
    with path.open(encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line, _ in zip(file, range(count), strict=False)]
    if len(lines) < count:
        raise ValueError(f"{path} holds {len(lines)} facts; {count} were asked for")
    return lines
