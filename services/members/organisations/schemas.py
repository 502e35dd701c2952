"""Shapes of party organisations at the edge."""

from marshmallow import Schema, fields, validate

from chassis.http.cursors import PageQuery
from services.members.shapes import division_code

KINDS = ("committee", "general_branch", "branch", "group")


class RegisterOrganisation(Schema):
    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"example": "星海名城社区党总支"})
    kind = fields.String(required=True, validate=validate.OneOf(KINDS), metadata={"example": "general_branch"})
    area = division_code(required=True)
    parent_id = fields.UUID(load_default=None, allow_none=True)


class OrganisationsQuery(PageQuery):
    area = division_code(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))


class OrganisationView(Schema):
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"example": "星海名城社区党总支"})
    kind = fields.String(required=True, validate=validate.OneOf(KINDS), metadata={"example": "general_branch"})
    area = division_code(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1})


class CoverageView(Schema):
    """Each community counts once, under the highest organisation it has: the last four add up to `communities`."""

    area = division_code(required=True)
    communities = fields.Integer(required=True, metadata={"example": 98})
    committee = fields.Integer(required=True, metadata={"example": 10})
    general_branch = fields.Integer(required=True, metadata={"example": 39})
    branch = fields.Integer(required=True, metadata={"example": 49})
    none = fields.Integer(required=True, metadata={"example": 0})
