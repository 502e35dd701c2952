"""What is played: a part for each thing that has a yearly volume of its own. A service joins with its line in PARTS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from linli.simulation import disputes, mediations, openings, shape, tickets
from linli.simulation.acts import Ask, Hear, Live

PROFILES = ("nanshan", "s3")
"""The two districts of DOMAIN §E."""


@dataclass(frozen=True)
class Part:
    """`a_year`: profile → how many begin in a year. `live` tells how one goes, `asks` makes a request of each step.

    `begins`: the steps with each of which one of the volume begins. `figures`: step → the figure of statistics that it
    adds to.
    """

    name: str
    a_year: Mapping[str, int]
    shape: shape.Shape
    live: Live
    asks: Mapping[str, Ask]
    hear: Hear
    begins: frozenset[str]
    figures: Mapping[str, str] = field(default_factory=dict)


PARTS: Sequence[Part] = (
    Part(
        "mediations",
        {"nanshan": 19_070, "s3": 4_345},
        shape.MEDIATIONS,
        mediations.live,
        disputes.ASKS,
        disputes.hear,
        disputes.BEGINS,
        disputes.FIGURES,
    ),
    Part(
        "hotline tickets",
        {"nanshan": 180_000, "s3": 41_000},
        shape.TICKETS,
        tickets.live,
        disputes.ASKS,
        disputes.hear,
        disputes.BEGINS,
        disputes.FIGURES,
    ),
    # Each of six leaders a community, about once a week (*).
    Part(
        "inboxes",
        {"nanshan": 98 * 6 * 50, "s3": 60 * 6 * 50},
        shape.OPENINGS,
        openings.live,
        {"open inbox": openings.open_inbox},
        openings.hear,
        frozenset({"open inbox"}),
    ),
)
