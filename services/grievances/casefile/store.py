"""What a file needs beside the parts of its case: the names of places and of those who mediated."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.committees.store import NAME
from services.grievances.disputes.model import Dispute

queries = load_queries(Path(__file__).parent)


class Place(NamedTuple):
    """Names of a case's community, of its committee's area, of its category and relation."""

    area: str
    committee_area: str
    category_zh: str
    relation_zh: str


def find_place(tx: Transaction, dispute: Dispute) -> Place:
    """A community that is not known here (any more) is called by its code."""
    row = queries.find_place(tx.connection, area=dispute.area, category=dispute.category, relation=dispute.relation)
    if row is None:
        return Place(dispute.area, dispute.area, dispute.category, dispute.relation)
    return Place(row.area_name, row.committee_area_name, row.category_zh, row.relation_zh or dispute.relation)


def list_names(tx: Transaction, accounts: Collection[str]) -> dict[str, str]:
    """Account → name, of those who are or were mediators of committees that the transaction sees."""
    sealer = privacy.sealer()
    rows = queries.list_names(tx.connection, accounts=list(accounts))
    return {row.account_id: sealer.open(row.name_sealed, NAME) for row in rows}
