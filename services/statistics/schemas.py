"""Shapes at the edge: the facts as statistics reads them, what may be asked, what is answered."""

from datetime import date

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

from chassis.http.behind import Behind

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


class DisputeFact(Schema):
    """What statistics needs of any dispute fact; whatever else a fact holds is none of its business."""

    class Meta:
        unknown = EXCLUDE

    category = fields.String(load_default=None, allow_none=True)
    relation = fields.String(load_default=None, allow_none=True)
    days_open = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0))
    satisfaction = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 5))


class DeadlineMissed(Schema):
    """What statistics needs of a missed deadline. `due_at`: the first instant too late, which is when it was missed."""

    class Meta:
        unknown = EXCLUDE

    due_at = fields.AwareDateTime(required=True, format="iso")
    category = fields.String(load_default=None, allow_none=True)
    relation = fields.String(load_default=None, allow_none=True)


class DivisionRegistered(Schema):
    """A division as members tells it."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(required=True, validate=validate.Regexp(r"^[1-9][0-9]{11}\Z"))
    name = fields.String(required=True, validate=validate.Length(min=1))
    level = fields.String(required=True, validate=validate.Length(min=1))
    parent_code = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"^[1-9][0-9]{11}\Z"))


class PeriodQuery(Schema):
    """A calendar year (this one when nothing is said), or the days from one to another, both included."""

    class Meta:
        unknown = RAISE

    year = fields.Integer(
        load_default=None,
        validate=validate.Range(min=FIRST_DAY.year, max=LAST_DAY.year),
        metadata={"example": 2026, "description": "up to today; this year when nothing is said; not with from and to"},
    )
    first_day = fields.Date(
        load_default=None,
        data_key="from",
        validate=validate.Range(min=FIRST_DAY, max=LAST_DAY),
        metadata={"example": "2026-01-01", "description": "a Shanghai day, the first one counted; with to"},
    )
    last_day = fields.Date(
        load_default=None,
        data_key="to",
        validate=validate.Range(min=FIRST_DAY, max=LAST_DAY),
        metadata={"example": "2026-03-31", "description": "a Shanghai day, the last one counted"},
    )


class FactsQuery(Schema):
    class Meta:
        unknown = RAISE

    area = fields.String(
        required=True, validate=validate.Regexp(r"^[1-9][0-9]{11}\Z"), metadata={"example": "440305000000"}
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=30))


class Division(Schema):
    code = fields.String(required=True, metadata={"example": "440305001012"})
    name = fields.String(required=True, metadata={"example": "星海名城社区居委会"})
    level = fields.String(required=True, metadata={"example": "community"})
    parent_code = fields.String(required=True, allow_none=True, metadata={"example": "440305001000"})


class Period(Schema):
    first_day = fields.Date(required=True, data_key="from")
    last_day = fields.Date(required=True, data_key="to")


class Satisfaction(Schema):
    """What those who confirmed a resolution think of it, from 1 (worst) to 5 points.

    Average and distribution are null of fewer than 5 answers; for those who do not work there also of a community, and
    from one day to another.
    """

    answers = fields.Integer(required=True, metadata={"example": 120})
    average = fields.Float(
        required=True, allow_none=True, metadata={"example": 4.3, "description": "null of fewer than 5 answers"}
    )
    distribution = fields.List(
        fields.Integer(),
        required=True,
        allow_none=True,
        validate=validate.Length(equal=5),
        metadata={"example": [2, 5, 13, 35, 65], "description": "how many gave 1, 2, 3, 4, 5 points"},
    )


class Figures(Schema):
    """Counts that are only ever given together (fewer complaints is never a target, so no figure stands alone)."""

    registered = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    resolved = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    terminated = fields.Integer(required=True)
    reopened = fields.Integer(required=True)
    linked = fields.Integer(required=True, metadata={"description": "to another one that tells the same story"})
    overdue = fields.Integer(required=True, metadata={"description": "deadlines missed, on the day they were missed"})
    confirmed = fields.Integer(required=True, metadata={"description": "by the complainant, with points or without"})
    days_to_resolve_sum = fields.Integer(
        required=True, metadata={"description": "from registration, of what was resolved in the period"}
    )
    days_to_resolve_count = fields.Integer(required=True)
    average_days_to_resolve = fields.Float(
        required=True, allow_none=True, metadata={"example": 6.5, "description": "null where nothing was resolved"}
    )
    satisfaction = fields.Nested(Satisfaction, required=True)


class ChangePercent(Schema):
    """Change against the same period of the year before, in percent; null where that had none."""

    registered = fields.Float(required=True, allow_none=True)
    accepted = fields.Float(required=True, allow_none=True, metadata={"example": -50.0})
    resolved = fields.Float(required=True, allow_none=True)
    refused = fields.Float(required=True, allow_none=True)
    terminated = fields.Float(required=True, allow_none=True)
    reopened = fields.Float(required=True, allow_none=True)
    linked = fields.Float(required=True, allow_none=True)
    overdue = fields.Float(required=True, allow_none=True)
    confirmed = fields.Float(required=True, allow_none=True)


class AcceptedOfBothYears(Schema):
    """What every change is to be read beside."""

    now = fields.Integer(required=True, metadata={"example": 200})
    year_before = fields.Integer(required=True, metadata={"example": 400})


class YearOverYear(Schema):
    accepted = fields.Nested(AcceptedOfBothYears, required=True)
    change_percent = fields.Nested(ChangePercent, required=True)
    figures_year_before = fields.Nested(Figures, required=True)


class DivisionFigures(Schema):
    area = fields.Nested(Division, required=True)
    figures = fields.Nested(Figures, required=True)
    year_over_year = fields.Nested(YearOverYear, required=True)


class Statistics(DivisionFigures):
    period = fields.Nested(Period, required=True)
    period_year_before = fields.Nested(Period, required=True)
    behind = fields.Nested(Behind, required=True)


class ChildrenStatistics(Schema):
    area = fields.Nested(Division, required=True)
    period = fields.Nested(Period, required=True)
    period_year_before = fields.Nested(Period, required=True)
    behind = fields.Nested(Behind, required=True)
    children = fields.List(fields.Nested(DivisionFigures), required=True)


class PartFigures(Schema):
    """The figures of one category or relation; of several together where each alone would tell of single cases."""

    words = fields.List(
        fields.String(),
        required=True,
        metadata={"example": ["parking"], "description": "the categories or relations that were added up here"},
    )
    figures = fields.Nested(Figures, required=True)
    year_over_year = fields.Nested(YearOverYear, required=True)


class Breakdown(Schema):
    """`parts` in the order of their words. What has no category or relation, such as a note's deadline, is in none."""

    area = fields.Nested(Division, required=True)
    period = fields.Nested(Period, required=True)
    period_year_before = fields.Nested(Period, required=True)
    behind = fields.Nested(Behind, required=True)
    parts = fields.List(fields.Nested(PartFigures), required=True)


class FactArea(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class NewestFact(Schema):
    """One thing that happened to a dispute: ids, kind, place and time; nothing of its content or its parties."""

    event_id = fields.UUID(required=True)
    dispute_id = fields.String(required=True)
    type = fields.String(required=True, metadata={"example": "dispute.resolved"})
    area = fields.Nested(FactArea, required=True)
    category = fields.String(required=True, allow_none=True, metadata={"example": "parking"})
    relation = fields.String(required=True, allow_none=True, metadata={"example": "owner_property"})
    time = fields.AwareDateTime(required=True, format="iso", attribute="occurred_at")


class NewestFacts(Schema):
    area = fields.Nested(FactArea, required=True)
    behind = fields.Nested(Behind, required=True)
    facts = fields.List(fields.Nested(NewestFact), required=True)
