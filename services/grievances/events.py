"""The facts `grievances` tells the others: ids, areas, kinds and numbers, never a party's name, phone or words.

The area is the community. Every change of a subject is one fact and one version of it; what the subject is, each
family of facts says, in the slice that tells them.
"""

from typing import Any

from services.grievances.agreements import events as agreements
from services.grievances.comments import events as comments
from services.grievances.committees import events as committees
from services.grievances.deadlines import events as deadlines
from services.grievances.disputes import events as disputes
from services.grievances.joint import events as joint
from services.grievances.notes import events as notes
from services.grievances.referrals import events as referrals

PUBLISHED: tuple[type, ...] = (
    *disputes.PUBLISHED,
    *deadlines.PUBLISHED,
    *agreements.PUBLISHED,
    *joint.PUBLISHED,
    *referrals.PUBLISHED,
    *notes.PUBLISHED,
    *comments.PUBLISHED,
    *committees.PUBLISHED,
)

SAMPLES: tuple[Any, ...] = (
    *disputes.SAMPLES,
    *deadlines.SAMPLES,
    *agreements.SAMPLES,
    *joint.SAMPLES,
    *referrals.SAMPLES,
    *notes.SAMPLES,
    *comments.SAMPLES,
    *committees.SAMPLES,
)
