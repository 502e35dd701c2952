"""Shapes at the edge: convening the five bodies, their answers and tasks, the decision, and how all of it is shown."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.disputes.schemas import AppealRoute, DecisionView
from services.grievances.shapes import AREA, BODIES, ONE_LINE

SAYS_SOMETHING = validate.Regexp(r"^\s*\S", error="Must say something.")
TEXT = [validate.Length(1, 2000), SAYS_SOMETHING]
STATES = ("open", "decided", "ended")

WITHOUT_NAMES = "without the name or phone of any party: the body complained of may read it; sealed at rest"


def body_field() -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(BODIES), metadata={"example": "residents_committee"})


class ConveneBodies(Schema):
    """The question to the five bodies, written anew for them."""

    question = fields.String(
        required=True,
        validate=TEXT,
        metadata={"example": "三栋二单元楼道漏水，何时检测、由谁维修？", "description": WITHOUT_NAMES},
    )


class AnswerQuestion(Schema):
    body = body_field()
    answer = fields.String(
        required=True, validate=TEXT, metadata={"example": "同意先检测。", "description": WITHOUT_NAMES}
    )


class GiveTask(Schema):
    body = body_field()
    what = fields.String(
        required=True, validate=TEXT, metadata={"example": "请第三方检测漏点。", "description": WITHOUT_NAMES}
    )
    due_on = fields.Date(required=True, metadata={"example": "2126-04-10", "description": "its last day"})


class FinishTask(Schema):
    record = fields.String(
        required=True, validate=TEXT, metadata={"example": "已检测，漏点在三楼。", "description": WITHOUT_NAMES}
    )


class DecideJointCase(Schema):
    decided_on = fields.Date(required=True, metadata={"example": "2026-04-12"})
    decision = fields.String(
        required=True, validate=TEXT, metadata={"example": "物业于四月底前修复。", "description": WITHOUT_NAMES}
    )
    document_number = fields.String(
        required=True, validate=[validate.Length(1, 60), ONE_LINE], metadata={"example": "南头街办〔2026〕12号"}
    )
    appeal_route = fields.Nested(AppealRoute, required=True)


class JointCasesQuery(PageQuery):
    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    mine = fields.Boolean(load_default=False, metadata={"description": "only where you speak for one of the bodies"})
    dispute_id = fields.UUID(load_default=None, metadata={"description": "only those of a dispute that you see"})
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class AnswerView(Schema):
    body = body_field()
    answer = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True)
    recorded_for_it = fields.Boolean(
        required=True, metadata={"description": "whether it was recorded for a body without an account"}
    )


class TaskView(Schema):
    task_id = fields.UUID(required=True)
    body = body_field()
    what = fields.String(required=True)
    due_on = fields.Date(required=True)
    record = fields.String(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)


class JointCaseView(Schema):
    """A joint case without its texts."""

    joint_case_id = fields.UUID(required=True)
    dispute_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null to whoever may not see the dispute"}
    )
    area = fields.String(required=True, metadata={"example": "440305001012"})
    body_complained_of = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES), metadata={"example": "open"})
    version = fields.Integer(required=True, metadata={"example": 1, "description": "the ETag, for If-Match"})
    convened_at = fields.AwareDateTime(required=True)
    answer_due_at = fields.AwareDateTime(required=True, metadata={"description": "from then on an answer is late"})
    answered = fields.List(
        fields.String(), required=True, metadata={"description": "which bodies have answered, as far as you may know"}
    )


class TaskGiven(JointCaseView):
    """A joint case with the task that it was just given."""

    task_id = fields.UUID(required=True, metadata={"description": "for POST /joint-tasks/{task_id}/done"})


class JointCaseDetail(JointCaseView):
    """A joint case with its texts, as its reader may see them."""

    question = fields.String(required=True)
    answers = fields.List(fields.Nested(AnswerView), required=True)
    tasks = fields.List(fields.Nested(TaskView), required=True)
    decision = fields.Nested(DecisionView, required=True, allow_none=True)
