"""Keys to seal personal data with: for a process that is started, and for this one."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

from chassis import privacy

SETTINGS: Mapping[str, str] = {
    "SEALING_KEYS": json.dumps({"test-1": base64.b64encode(b"k" * 32).decode()}),
    "SEALING_KEY_ID": "test-1",
    "BLIND_INDEX_KEY": base64.b64encode(b"b" * 32).decode(),
}


@contextmanager
def in_this_process() -> Iterator[None]:
    """Whatever seals or opens while this lasts does so with these keys."""
    with mock.patch.dict(os.environ, SETTINGS):
        privacy.sealer.cache_clear()
        yield
    privacy.sealer.cache_clear()
