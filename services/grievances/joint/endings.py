"""What the end of a dispute does to its joint case; apart from the handlers, which take steps on disputes."""

from datetime import datetime
from uuid import UUID

from chassis import outbox
from chassis.database import Transaction
from services.grievances.deadlines import handlers as deadlines
from services.grievances.joint import model, store
from services.grievances.joint.model import Change, State


def end(tx: Transaction, joint_case_id: UUID, now: datetime) -> None:
    """The dispute was closed without a decision: nothing is asked of the bodies any more. Its dispute is locked."""
    case = store.find_locked(tx, joint_case_id)
    if case is None or case.state is not State.OPEN:
        return
    keep(tx, model.end(case), now)
    for thing_id in (joint_case_id, *store.list_task_ids(tx, joint_case_id)):
        deadlines.settle(tx, thing_id)


def keep(tx: Transaction, change: Change, now: datetime) -> None:
    """Save the changed joint case and tell its fact, in the round trip of the commit."""
    case = change.case
    store.save(tx, case)
    outbox.add(tx, change.fact, subject=case.joint_case_id, version=case.version, area=case.area, now=now)
