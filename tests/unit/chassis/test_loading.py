"""The short way through a schema gives what the long way gives, for everything that may come."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate, validates

from chassis.inbox.loading import loader


class Fact(Schema):
    class Meta:
        unknown = EXCLUDE

    dispute_id = fields.UUID(required=True)
    category = fields.String(load_default=None, allow_none=True)
    relation = fields.String(required=True, validate=validate.OneOf(("owner_owner", "owner_property")))
    days_open = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0))
    note = fields.String()
    level = fields.String(data_key="Level")
    tags = fields.List(fields.String(), load_default=list)


class Hooked(Fact):
    @post_load
    def mark(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "marked": True}


class Checked(Fact):
    @validates("relation")
    def check(self, value: str, **_: Any) -> None:
        if value == "owner_owner":
            raise ValidationError("not this one")


class Strict(Fact):
    class Meta:
        unknown = RAISE


VALUES = st.none() | st.booleans() | st.integers(-2, 400) | st.floats() | st.text(max_size=3) | st.lists(st.text())
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "dispute_id": st.uuids().map(str) | VALUES,
        "category": VALUES,
        "relation": st.sampled_from(["owner_owner", "owner_property"]) | VALUES,
        "days_open": VALUES,
        "note": VALUES,
        "level": VALUES,
        "Level": VALUES,
        "tags": VALUES,
        "more": VALUES,
    },
)


def outcome(load: Any, data: Mapping[str, Any]) -> object:
    try:
        return load(data)
    except ValidationError as error:
        return error.normalized_messages()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("schema", [Fact(), Hooked(), Checked(), Strict(), Fact(partial=True), Fact(only=("note",))])
@given(data=FACTS)
def test_the_short_way_gives_what_the_schema_gives(schema: Schema, data: dict[str, Any]) -> None:
    assert outcome(loader(schema), data) == outcome(schema.load, data)


@pytest.mark.parametrize("schema", [Hooked(), Checked(), Strict(), Fact(partial=True)])
def test_a_schema_that_does_more_is_asked_itself(schema: Schema) -> None:
    assert loader(schema) == schema.load


def test_a_schema_of_fields_alone_takes_the_short_way() -> None:
    schema = Fact()

    assert loader(schema) != schema.load
