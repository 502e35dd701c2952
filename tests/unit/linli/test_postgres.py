"""What the embedded PostgreSQL takes of the machine."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from linli.embedded import postgres

GB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "limit", "taken"),
    [
        (24 * GB, None, "512MB"),
        (2 * GB, None, "256MB"),
        (GB // 2, None, "128MB"),
        (24 * GB, "max", "512MB"),
        (24 * GB, str(2 * GB), "256MB"),
    ],
)
def test_it_takes_an_eighth_of_the_memory_of_machine_or_container(
    memory: int, limit: str | None, taken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "memory.max"
    if limit is not None:
        file.write_text(limit + "\n", "ascii")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=memory))
    monkeypatch.setattr(postgres, "MEMORY_LIMIT", file)

    assert postgres.shared_buffers() == taken
