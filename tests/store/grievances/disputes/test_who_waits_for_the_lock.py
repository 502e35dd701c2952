"""A step that waited for another one knows what that one has done, also beside the row it waited for."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import uuid_utils.compat

from chassis.database import Database, Transaction
from chassis.errors import NotFound
from services.grievances.access import eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, Relation
from services.grievances.following import handlers as following
from services.grievances.following.handlers import NOBODY, Shown
from services.grievances.following.secret import secret_of
from services.grievances.joint import handlers as joint
from tests.support.waiting import wait_for

SECRET, NEXT_SECRET = secret_of(7), secret_of(8)

WAITING = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'linli:grievances:%%'"


@pytest.fixture
def filed(life: Any, database: Database) -> Dispute:
    with database.transaction(eyes(life.people.resident)) as tx:
        filing = disputes.Register(**{**vars(life.filing), "relation": Relation.OWNER_PROPERTY})
        return disputes.register(
            tx,
            filing,
            dispute_id=uuid_utils.compat.uuid7(),
            actor=life.people.resident,
            now=life.now,
            secret_hash=following.hash_of(SECRET),
        )


@pytest.fixture
def meanwhile(database: Database) -> Callable[..., Future[Any]]:
    """Has one thing done in a transaction that ends when a second one, in a thread, waits for its lock."""

    def done(access: Any, first: Callable[[Transaction], object], second: Callable[[], object]) -> Future[Any]:
        with ThreadPoolExecutor(1) as pool:
            with database.transaction(access) as tx:
                first(tx)
                later = pool.submit(second)
                wait_for(lambda: _rows(database, WAITING))
            return later

    return done


def _rows(database: Database, sql: str) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows(sql, ())


def test_a_case_that_is_closed_ends_the_joint_case_convened_the_moment_before(
    life: Any, database: Database, filed: Dispute, meanwhile: Any
) -> None:
    dispute, officer = life.accept(filed), life.people.officer

    def convene(tx: Transaction) -> None:
        asked: dict[str, Any] = {"question": "何时检测？", "joint_case_id": uuid_utils.compat.uuid7()}
        joint.convene(tx, dispute.dispute_id, **asked, actor=officer, version=dispute.version, now=life.now)

    meanwhile(eyes(officer), convene, lambda: life.refuse(dispute)).result()

    assert _rows(database, "SELECT state FROM joint_cases") == [("ended",)]
    assert _rows(database, "SELECT FROM deadlines WHERE thing = 'joint_case'") == []


def test_a_secret_that_was_renewed_the_moment_before_changes_nothing(
    life: Any, database: Database, filed: Dispute, meanwhile: Any
) -> None:
    officer = life.people.officer

    def renew(tx: Transaction) -> None:
        following.renew_secret(tx, filed.dispute_id, secret=NEXT_SECRET, actor=officer, now=life.now)

    def withdraw() -> None:
        with database.transaction(NOBODY) as tx:
            case = following.get_shown(tx, Shown(filed.case_number, SECRET))
            following.withdraw(tx, case, account=None, now=life.now)

    with pytest.raises(NotFound):
        meanwhile(eyes(officer), renew, withdraw).result()

    assert _rows(database, "SELECT state FROM disputes") == [("registered",)]
