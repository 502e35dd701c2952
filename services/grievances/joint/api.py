"""HTTP entrypoints of joint cases."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.api import asked_by
from services.grievances.disputes.model import Body
from services.grievances.joint import handlers, model, schemas

IN_CHARGE = access.COMMITTEE | access.ABOVE


class JointApi:
    """Put a dispute before the five bodies 五位一体, answer, do tasks, decide."""

    database: Database

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/joint-case",
        roles=IN_CHARGE,
        body=schemas.ConveneBodies,
        answer=schemas.JointCaseView,
        status=201,
        versioned=True,
        tag="joint cases",
        summary="Convene the five bodies for a dispute",
    )
    def convene_bodies(self, request: Request, dispute_id: UUID) -> Answer:
        """By the committee or, where a body is complained of, the street; never by that body.

        If-Match names the dispute's version. Each body has its answer due; the one complained of is asked as well, so
        the question is written anew and holds no name or phone of a party (信访工作条例 Art. 30, 46).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/joint-case
        If-Match: "2"
        {"question": "三栋二单元楼道漏水，何时检测、由谁维修？"}

        201 Created
        {"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "area": "440305001012", "state": "open",
         "dispute_id": "01936f00-0000-7000-8000-00000000000a", "body_complained_of": "property_office", "version": 1}
        """
        joint_case_id = uuid_utils.compat.uuid7()
        with self.database.transaction(eyes(request.actor)) as tx:
            case = handlers.convene(
                tx, dispute_id, question=request.body["question"], joint_case_id=joint_case_id, **asked_by(request)
            )
            location = f"/joint-cases/{joint_case_id}"
            return request.answer(tx, case, version=case.version, location=location, area=case.area)

    @endpoint(
        "GET",
        "/joint-cases",
        roles=access.READERS,
        query=schemas.JointCasesQuery,
        answer=schemas.JointCaseView,
        tag="joint cases",
        summary="List joint cases, newest first",
    )
    def list_joint_cases(self, request: Request) -> Answer:
        """Where you work or speak for a body; without their texts.

        GET /joint-cases?mine=true&limit=1

        200 OK
        {"items": [{"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "dispute_id": null, "state": "open",
         "body_complained_of": "property_office", "answered": []}], "next": null}
        """
        query, limit = request.query, request.query["limit"]
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_joint_cases(
                tx,
                actor=request.actor,
                area=query["area"],
                mine=query["mine"],
                dispute_id=query["dispute_id"],
                before=query["cursor"],
                count=limit + 1,
            )
        page = found[:limit]
        more = (page[-1].convened_at.isoformat(), page[-1].joint_case_id) if len(found) > limit else None
        return request.page(None, page, more)

    @endpoint(
        "GET",
        "/joint-cases/<uuid:joint_case_id>",
        roles=access.READERS,
        answer=schemas.JointCaseDetail,
        tag="joint cases",
        summary="Read a joint case",
    )
    def get_joint_case(self, request: Request, joint_case_id: UUID) -> Answer:
        """The body complained of sees the question, its own answer and tasks, and the decision. Reading is audited.

        GET /joint-cases/01936f00-0000-7000-8000-00000000000f

        200 OK
        {"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "dispute_id": null, "state": "open",
         "question": "三栋二单元楼道漏水，何时检测、由谁维修？", "answers": [], "tasks": [], "decision": null}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            case = handlers.get_in_detail(tx, joint_case_id, actor=request.actor)
            return request.answer(tx, case, version=case.version)

    @endpoint(
        "POST",
        "/joint-cases/<uuid:joint_case_id>/answers",
        roles=access.READERS,
        body=schemas.AnswerQuestion,
        answer=schemas.JointCaseView,
        status=201,
        tag="joint cases",
        summary="Answer for one of the bodies",
    )
    def answer_question(self, request: Request, joint_case_id: UUID) -> Answer:
        """By an account seated in the body, once; by who is in charge for a body without an account.

        The body complained of answers too: it is heard (信访工作条例 Art. 31).

        POST /joint-cases/01936f00-0000-7000-8000-00000000000f/answers
        {"body": "residents_committee", "answer": "同意先检测。"}

        201 Created
        {"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "state": "open", "version": 2,
         "answered": ["residents_committee"]}
        """
        body, text = Body(request.body["body"]), request.body["answer"]
        with self.database.transaction(eyes(request.actor)) as tx:
            case = handlers.answer(tx, joint_case_id, body=body, answer=text, actor=request.actor, now=request.now)
            return request.answer(tx, case, version=case.version, area=case.area)

    @endpoint(
        "POST",
        "/joint-cases/<uuid:joint_case_id>/tasks",
        roles=IN_CHARGE,
        body=schemas.GiveTask,
        answer=schemas.TaskGiven,
        status=201,
        tag="joint cases",
        summary="Give one of the bodies a task",
    )
    def give_joint_task(self, request: Request, joint_case_id: UUID) -> Answer:
        """By who is in charge of the dispute, never by the body complained of.

        POST /joint-cases/01936f00-0000-7000-8000-00000000000f/tasks
        {"body": "property_office", "what": "请第三方检测漏点。", "due_on": "2126-04-10"}

        201 Created
        {"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "state": "open", "version": 3,
         "task_id": "01936f00-0000-7000-8000-000000000010"}
        """
        body = request.body
        task_id = uuid_utils.compat.uuid7()
        with self.database.transaction(eyes(request.actor)) as tx:
            case = handlers.give_task(
                tx,
                joint_case_id,
                task_id=task_id,
                body=Body(body["body"]),
                what=body["what"],
                due_on=body["due_on"],
                actor=request.actor,
                now=request.now,
            )
            where, what = f"/joint-cases/{joint_case_id}", f"/joint-tasks/{task_id}"
            return request.answer(tx, case, version=case.version, location=where, thing=what, area=case.area)

    @endpoint(
        "POST",
        "/joint-tasks/<uuid:task_id>/done",
        roles=access.READERS,
        body=schemas.FinishTask,
        answer=schemas.JointCaseView,
        tag="joint cases",
        summary="Record that a task is done",
    )
    def finish_joint_task(self, request: Request, task_id: UUID) -> Answer:
        """By the body that has it, or by who is in charge; also after the decision.

        POST /joint-tasks/01936f00-0000-7000-8000-000000000010/done
        {"record": "已检测，漏点在三楼。"}

        200 OK
        {"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "state": "open", "version": 4}
        """
        record = request.body["record"]
        with self.database.transaction(eyes(request.actor)) as tx:
            case = handlers.finish_task(tx, task_id, record=record, actor=request.actor, now=request.now)
            return request.answer(tx, case, version=case.version, area=case.area)

    @endpoint(
        "POST",
        "/joint-cases/<uuid:joint_case_id>/decision",
        roles=IN_CHARGE,
        body=schemas.DecideJointCase,
        answer=schemas.JointCaseView,
        versioned=True,
        tag="joint cases",
        summary="Decide a joint case and resolve its dispute",
    )
    def decide_joint_case(self, request: Request, joint_case_id: UUID) -> Answer:
        """In writing, dated, with the way to appeal (信访工作条例 Art. 32, 35), once the bodies were heard.

        Never by the body complained of. If-Match names the joint case's version.

        POST /joint-cases/01936f00-0000-7000-8000-00000000000f/decision
        If-Match: "7"
        {"decided_on": "2026-04-12", "decision": "物业于四月底前修复。", "document_number": "南头街办〔2026〕12号",
         "appeal_route": {"body": "南头街道办事处", "within_days": 60, "how": "向街道信访办书面提出"}}

        200 OK
        {"joint_case_id": "01936f00-0000-7000-8000-00000000000f", "state": "decided", "version": 8}
        """
        body = request.body
        command = handlers.Decide(**{**body, "appeal_route": model.AppealRoute(**body["appeal_route"])})
        with self.database.transaction(eyes(request.actor)) as tx:
            case = handlers.decide(tx, joint_case_id, command, **asked_by(request))
            return request.answer(tx, case, version=case.version, area=case.area)
