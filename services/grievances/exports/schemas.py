"""Shapes at the edge: asking for an export."""

from marshmallow import Schema, fields, validate

from services.grievances.disputes.schemas import STATES
from services.grievances.shapes import AREA
from services.grievances.worklists.schemas import CHANNELS

WORD = validate.Regexp(
    r"^[a-z_]{1,40}(?!\n)$", error="Must be a word such as repair; GET /dispute-categories lists them."
)
"""What an export was narrowed to stands in the audit, where no text can hide."""


class ExportQuery(Schema):
    """Narrows an export, as a work list is narrowed."""

    format = fields.String(load_default="csv", validate=validate.OneOf(("csv", "xlsx")))
    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    open = fields.Boolean(load_default=False, metadata={"description": "only what is not closed"})
    overdue = fields.Boolean(load_default=False, metadata={"description": "only what is late"})
    category = fields.String(load_default=None, validate=WORD)
    relation = fields.String(load_default=None, validate=WORD)
    channel = fields.String(load_default=None, validate=validate.OneOf(CHANNELS))
    first_day = fields.Date(
        load_default=None, data_key="from", metadata={"description": "registered on this Shanghai day or later"}
    )
    last_day = fields.Date(
        load_default=None, data_key="to", metadata={"description": "registered on this Shanghai day or earlier"}
    )
