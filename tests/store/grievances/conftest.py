"""A grievances database of its own for each test, with Nanshan's places in it, and people to act in it."""

from collections.abc import Callable, Iterator

import pytest

from chassis import privacy
from chassis.database import Database
from tests.store.grievances.ground import opened, with_committees
from tests.store.grievances.life import Life
from tests.support.instance import Fill, MakeDatabase, ServiceDatabase

SEALER = privacy.Sealer({"test": b"k" * 32}, b"i" * 32)


@pytest.fixture(scope="module", autouse=True)
def sealing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(privacy, "sealer", lambda: SEALER)
        yield


@pytest.fixture(scope="module")
def ground() -> Fill:
    """What a module's tests begin with; a module or folder that wants less or more says so itself."""
    return with_committees


@pytest.fixture
def service_address(service_database: MakeDatabase, ground: Fill) -> ServiceDatabase:
    """Where the database is, for the service's login and (`admin_url`) for an administrator."""
    return service_database("grievances", ground)


@pytest.fixture
def database(service_address: ServiceDatabase) -> Iterator[Database]:
    with opened(service_address) as database:
        yield database


@pytest.fixture
def life(database: Database) -> Life:
    return Life(database)


@pytest.fixture
def facts(database: Database) -> Callable[[], list[tuple[str, int]]]:
    """Types and versions of the facts waiting to be sent, in their order."""

    def waiting() -> list[tuple[str, int]]:
        with database.transaction() as tx:
            rows = tx.rows("SELECT type, envelope::json ->> 'version' AS version FROM outbox ORDER BY position")
        return [(row.type, int(row.version)) for row in rows]

    return waiting
