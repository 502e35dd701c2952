"""Instances of their own, for tests that stop and kill the parts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports


@pytest.fixture
def make_instance(tmp_path: Path) -> Iterator[Callable[..., Embedded]]:
    """Makes an instance, not yet started, in a folder of this test; whatever runs there is stopped after it."""
    made: list[Embedded] = []

    def make(folder: str = "data", port_base: int | None = None) -> Embedded:
        made.append(Embedded(tmp_path / folder, port_base or free_ports().base))
        return made[-1]

    yield make
    for instance in made:
        if not instance.folder.is_held() or instance.folder.is_open():
            instance.discard()
