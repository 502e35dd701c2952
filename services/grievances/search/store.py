"""A sealed text is known by keyed fingerprints of its words (see model).

Only 16 bits of each are kept, so several words share one: who steals the table cannot read words off by how often they
occur as easily, and what is found is opened and looked at again.
"""

from collections.abc import Iterable

from chassis import privacy
from services.grievances.search.model import words

CONTEXT = "dispute.words"
"""The context that fingerprints are keyed for."""


def words_of(*texts: str) -> list[int]:
    """The fingerprints that these texts are found by, sorted."""
    return fingerprints(frozenset().union(*map(words, texts)))


def fingerprints(of: Iterable[str]) -> list[int]:
    """The fingerprints of these words, sorted."""
    return sorted(privacy.sealer().fingerprints(of, CONTEXT))
