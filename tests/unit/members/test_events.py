"""What `members` tells others fits the envelope and holds no personal data."""

import json
from dataclasses import fields

import pytest

from chassis.envelope import MAX_BYTES
from services.members import events

PERSONAL = {"name", "phone", "holder", "holder_id", "holder_name", "holder_phone", "label", "recipient_id"}


def test_every_published_fact_has_one_sample() -> None:
    assert [type(sample) for sample in events.SAMPLES] == list(events.PUBLISHED)


@pytest.mark.parametrize("fact", events.PUBLISHED, ids=lambda fact: fact.type)
def test_no_fact_carries_a_person(fact: type) -> None:
    allowed = {"name"} if fact is events.DivisionRegistered else set()

    assert {field.name for field in fields(fact)} & PERSONAL == allowed


@pytest.mark.parametrize("sample", events.SAMPLES, ids=lambda sample: sample.type)
def test_every_sample_is_json(sample: events.GridUnitRegistered) -> None:
    data = {field.name: getattr(sample, field.name) for field in fields(sample)}

    assert len(json.dumps(data, default=str)) < MAX_BYTES
