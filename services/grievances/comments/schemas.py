"""Shapes at the edge: writing a comment, and how comments are shown."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.shapes import PURPOSES

AUTHORS = ("complainant", "worker")
TEXT = [validate.Length(1, 4000), validate.Regexp(r"^\s*\S", error="Must say something.")]


class WriteBySecret(Schema):
    """What whoever filed the case writes."""

    text = fields.String(required=True, validate=TEXT, metadata={"example": "今天又漏水了。"})


class WriteComment(WriteBySecret):
    """What whoever filed the case, or who works on it, writes."""

    visible_to_complainant = fields.Boolean(
        load_default=True, metadata={"description": "false: an internal note of those who work on the case"}
    )


class CommentsQuery(PageQuery):
    purpose = fields.String(
        load_default=None,
        validate=validate.OneOf(PURPOSES),
        metadata={"description": "opens the texts for the assigned mediator or an officer; every opening is audited"},
    )
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class CommentWritten(Schema):
    """A comment without its text."""

    comment_id = fields.UUID(required=True)
    author = fields.String(required=True, validate=validate.OneOf(AUTHORS), metadata={"example": "complainant"})
    written_at = fields.AwareDateTime(required=True)
    visible_to_complainant = fields.Boolean(required=True)


class CommentView(CommentWritten):
    by_secret = fields.Boolean(
        required=True, metadata={"description": "whether its author has shown the case's secret instead of an account"}
    )
    text = fields.String(
        required=True, allow_none=True, metadata={"description": "null where the reader may not read it"}
    )
