"""One statistics service for each module of tests, which knows a small part of Nanshan."""

from collections.abc import Callable, Iterator

import pytest

from tests.service.statistics.running import Statistics, running
from tests.support.instance import ServiceDatabase


@pytest.fixture(scope="module")
def statistics(
    module_database: Callable[[str], ServiceDatabase],
    module_vhost: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Statistics]:
    with running(module_database("statistics"), module_vhost(), tmp_path_factory.mktemp("statistics")) as started:
        started.learn_tree()
        yield started
