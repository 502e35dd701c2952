"""Secrets, steps and due times as rows; of a secret only a keyed hash is kept."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from chassis import privacy
from chassis.calendar import local_day
from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Resolution, State
from services.grievances.disputes.store import LEVELS
from services.grievances.following.model import Standing, Step, Term, in_charge

queries = load_queries(Path(__file__).parent)

SECRET = "dispute.follow_secret"  # noqa: S105 - the context, not a secret
"""The context that secrets are hashed for."""


def hash_of(secret: str) -> bytes:
    """The keyed hash of a secret in its one spelling (`secret.read_secret`)."""
    return privacy.sealer().blind_index(f"secret:{secret}", SECRET)


def follow_case(tx: Transaction, number: tuple[str, int, int], secret_hash: bytes) -> UUID | None:
    """Give this transaction the eyes of whoever filed this one case. None, and no eyes, when anything is wrong."""
    area, case_year, serial = number
    followed: UUID | None = queries.follow_case(
        tx.connection, area=area, case_year=case_year, serial=serial, hash=secret_hash
    )
    return followed


def find_primary(tx: Transaction, dispute_id: UUID) -> Standing | None:
    """How the case stands that is worked on for this linked one as well; for whoever filed this one."""
    row = queries.find_primary(tx.connection, dispute_id=dispute_id)
    if row is None:
        return None
    state = State(row.state)
    return Standing(
        state=state,
        reason_code=row.reason_code,
        resolution=row.resolution and Resolution(row.resolution),
        closed_at=row.closed_at,
        in_charge=in_charge(state, LEVELS.get(row.stage or 0)),
        due=(_term(row.rule, row.due_at),) if row.rule else (),
    )


def list_due(tx: Transaction, dispute_id: UUID) -> tuple[Term, ...]:
    """What is due of a case, the next first."""
    return tuple(_term(row.rule, row.due_at) for row in queries.list_due(tx.connection, dispute_id=dispute_id))


def list_steps(tx: Transaction, dispute_id: UUID) -> tuple[Step, ...]:
    """What was done with a case and when, in its order; by whom, it does not say."""
    rows = queries.list_steps(tx.connection, dispute_id=dispute_id)
    return tuple(Step(row.step, row.taken_at, row.reason_code) for row in rows)


def renew_secret(tx: Transaction, dispute_id: UUID, secret_hash: bytes, *, by: str, now: datetime) -> None:
    """Let another secret open the case, in the round trip of the commit."""
    given = {"dispute_id": dispute_id, "hash": secret_hash, "renewed_by": by, "renewed_at": now}
    tx.at_commit(queries.renew_secret.sql, given)


def _term(rule: str, due_at: datetime) -> Term:
    return Term(rule, local_day(due_at - timedelta(microseconds=1)))
