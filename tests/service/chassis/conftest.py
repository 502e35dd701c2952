"""The example service over a real PostgreSQL, one process for each module of tests."""

from collections.abc import Callable, Iterator

import pytest

from tests.service.chassis.edge import Edge, running
from tests.support.instance import ServiceDatabase


@pytest.fixture(scope="module")
def edge(module_database: Callable[[str], ServiceDatabase], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with running(module_database("members"), tmp_path_factory.mktemp("edge"), REQUEST_S="1.5") as started:
        yield started
