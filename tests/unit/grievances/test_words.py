"""Every code that people are shown has a word in both languages, and no word is for a code that is not there."""

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from services.grievances.agreements.model import Means, Signer
from services.grievances.confirmations.model import Outcome
from services.grievances.disputes import life_cycle
from services.grievances.disputes import model as disputes
from services.grievances.following import model as following
from services.grievances.obligations.model import Obliged
from services.grievances.referrals.model import DeclineReason, Round
from services.grievances.sessions.model import Guest
from services.grievances.visits.model import Performed
from services.grievances.words import model as words

MIGRATIONS = Path(__file__).parents[3] / "services/grievances/migrations"
RULES = {
    found
    for path in MIGRATIONS.glob("*.sql")
    for found in re.findall(
        r"^    \('([a-z_]+\.[a-z_]+)', (?:[0-9]+|NULL), '(?:working_)?days'", path.read_text(), re.M
    )
}
REASONS = {
    *disputes.RefusalReason,
    *disputes.TerminationReason,
    *disputes.ReopeningReason,
    *disputes.ReassignmentReason,
    *life_cycle.CHOSEN.values(),
    *DeclineReason,
    "party_refused_mediator",
}

CODES: dict[str, tuple[words.Words, Collection[str]]] = {
    "states": (words.STATES, disputes.State),
    "reasons": (words.REASONS, REASONS),
    "rules": (words.RULES, RULES),
    "channels": (words.CHANNELS, disputes.Channel),
    "bases": (words.BASES, disputes.Basis),
    "resolutions": (words.RESOLUTIONS, disputes.Resolution),
    "forms": (words.FORMS, disputes.AgreementForm),
    "bodies": (words.BODIES, disputes.Body),
    "levels": (words.LEVELS, following.Level),
    "sides": (words.SIDES, disputes.Side),
    "signers": (words.SIGNERS, Signer),
    "means": (words.MEANS, Means),
    "obliged": (words.OBLIGED, Obliged),
    "performed": (words.PERFORMED, Performed),
    "guests": (words.GUESTS, Guest),
    "outcomes": (words.OUTCOMES, Outcome),
    "rounds": (words.ROUNDS, Round),
}


@pytest.mark.parametrize("what", CODES)
def test_every_code_has_its_word_and_no_other_has(what: str) -> None:
    named, codes = CODES[what]

    assert set(named) == set(codes)
    assert all(re.search("[一-鿿]", word.zh) and re.search("[A-Za-z]", word.en) for word in named.values())


def test_a_code_without_a_word_is_shown_as_it_is() -> None:
    assert words.zh(words.STATES, "newer") == "newer"
    assert words.zh(words.STATES, None) == ""
    assert words.word(words.STATES, None) is None
