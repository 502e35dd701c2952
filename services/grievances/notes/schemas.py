"""Shapes at the edge: taking a note, what becomes of it, and how notes are shown."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.disputes.schemas import FiledDispute, RegisterDispute
from services.grievances.shapes import AREA, PURPOSES

STATES = ("open", "suggestion", "case", "closed")
STEPS = ("taken", "became_suggestion", "became_case", "closed")
OUTCOMES = ("adopted", "declined", "noted")
WORDS = [validate.Length(1, 4000), validate.Regexp(r"^\s*\S", error="Must say something.")]


class TakeNote(Schema):
    """What a resident said, in a place. There is no field for whom it is about, nor for a mark on anybody."""

    area = fields.String(
        required=True, validate=AREA, metadata={"example": "440305001012", "description": "the community"}
    )
    grid_unit_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "where in its grid"})
    taken_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "the day it was said, in Shanghai; today if left out"},
    )
    text = fields.String(required=True, validate=WORDS, metadata={"example": "三栋居民希望楼道装灯。"})


class BecomeCase(RegisterDispute):
    """The same as for filing a dispute; its place is the note's, and so are its words unless they are told anew."""

    class Meta:
        exclude = ("area", "grid_unit_id", "ticket_kind")

    summary = fields.String(
        load_default=None,
        allow_none=True,
        validate=WORDS,
        metadata={"description": "the note's own words if left out"},
    )


class CloseNote(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES), metadata={"example": "adopted"})
    answer = fields.String(
        load_default=None,
        allow_none=True,
        validate=WORDS,
        metadata={
            "example": "四月装感应灯。",
            "description": "to a suggestion: what is done about it, or why nothing is",
        },
    )


class NotesQuery(PageQuery):
    """Narrows a list of notes."""

    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    own = fields.Boolean(load_default=False, metadata={"description": "only what you have taken yourself"})
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class NotePurposeQuery(Schema):
    purpose = fields.String(
        load_default=None,
        validate=validate.OneOf(PURPOSES),
        metadata={"description": "opens the words for who works where it lies; every opening is audited"},
    )


class NoteView(Schema):
    """A note without anybody's words."""

    note_id = fields.UUID(required=True)
    area = fields.String(required=True, metadata={"example": "440305001012"})
    grid_unit_id = fields.UUID(required=True, allow_none=True)
    taken_by = fields.String(required=True, metadata={"example": "leader-1"})
    taken_on = fields.Date(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True, metadata={"description": "the ETag, for If-Match"})
    due_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "the last day for something to become of it"}
    )
    dispute_id = fields.UUID(required=True, allow_none=True, metadata={"description": "the case it became"})
    outcome = fields.String(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class DoneView(Schema):
    step = fields.String(required=True, validate=validate.OneOf(STEPS))
    done_by = fields.String(required=True, metadata={"example": "officer-1"})
    done_at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True, allow_none=True)


class NoteDetail(NoteView):
    """A note with its history."""

    text = fields.String(required=True, allow_none=True, metadata={"description": "null where it may not be read"})
    answer = fields.String(required=True, allow_none=True)
    history = fields.List(fields.Nested(DoneView), required=True)


class NoteBecameCase(Schema):
    """The note and the case it became."""

    note = fields.Nested(NoteView, required=True)
    dispute = fields.Nested(FiledDispute, required=True)
