"""The rights that operators are told to give are those that `linli up` gives."""

import re
from pathlib import Path

import pytest

from chassis.topology import Route
from linli.broker_rights import rights
from linli.services import WITH_DATABASE, routes

DOCUMENT = Path("docs/operating/running.md")


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_the_document_has_the_rights_of_every_service(service: str) -> None:
    found = re.search(rf"^\| {service} \| `(\^.*)` \| `(\^.*)` \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)

    assert found
    told = [pattern.replace(r"\|", "|") for pattern in found.groups()]
    given = rights(service)
    assert told == [given.configure, given.read]
    assert given.write == given.configure


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.queue)
def test_only_its_own_consumer_reaches_a_queue(route: Route) -> None:
    for queue in (route.queue, route.returned):
        for right in ("configure", "write", "read"):
            reach = [name for name in WITH_DATABASE if re.search(getattr(rights(name), right), queue)]
            assert reach == [route.consumer]
