"""The members service as a process of its own, and what tests say to it."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from chassis.database import Database
from chassis.identity import Grant
from services.members.divisions.file import read_file
from services.members.divisions.handlers import load_divisions
from tests.support.asking import Reply
from tests.support.instance import ServiceDatabase
from tests.support.service import Service
from tests.support.service_process import ROOT

HERE, ELSEWHERE, DISTRICT = "440305001012", "440305006011", "440305000000"
NANSHAN = ROOT / "data" / "nanshan.csv"


class Members(Service):
    name = "members"

    def ask(
        self, method: str, path: str, body: Any = None, *, grant: Grant | None, actor: str = "somebody", **headers: str
    ) -> Reply:
        """One request by this actor with this one grant; without a grant, without a token."""
        return self.request(method, path, body, token=grant and self.token_for(actor, grant), **headers)


def officer(area: str = HERE, role: str = "community_officer") -> Grant:
    return Grant(role, area)


def with_nanshan(address: ServiceDatabase) -> ServiceDatabase:
    """This database once the district's divisions are loaded into it."""
    with closing(Database(address, service="members")) as database:
        load_divisions(database, read_file(NANSHAN), datetime.now(UTC))
    return address
