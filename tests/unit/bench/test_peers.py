"""That the peers are measured by the same effect as Linli, and installed from what was pinned."""

import re
from pathlib import Path

import pytest

from bench import effects, peers_setup

PEERS = Path(peers_setup.__file__).parent / "peers"


@pytest.mark.parametrize("peer", ["celery_app.py", "faststream_app.py"])
def test_a_peer_has_the_effect_that_all_consumers_have(peer: str) -> None:
    # asyncpg numbers what psycopg calls %s.
    told = re.sub(r"\$\d", "%s", (PEERS / peer).read_text("utf-8"))

    assert effects.UPSERT in told


def test_every_pin_of_the_peers_carries_a_hash_and_no_address() -> None:
    lock = peers_setup.LOCK.read_text("utf-8")

    pins = re.findall(r"^[\w.-]+==.*\n(?:    --hash=sha256:[0-9a-f]{64}.*\n)+", lock, re.MULTILINE)
    assert len(pins) == len(re.findall("==", re.sub(r";.*", "", lock)))
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", lock)
