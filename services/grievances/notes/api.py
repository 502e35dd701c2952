"""HTTP entrypoints of notes."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.api import asked_by, filing_of, purpose_of
from services.grievances.disputes.handlers import Filed
from services.grievances.duplicates.handlers import at_intake
from services.grievances.following.api import new_secret
from services.grievances.following.handlers import hash_of
from services.grievances.notes import handlers, model, schemas

STEPPERS = handlers.TAKERS | access.STEPPERS


class NotesApi:
    """Take notes 民情日记, let something become of them, read them."""

    database: Database

    @endpoint(
        "POST",
        "/notes",
        roles=handlers.TAKERS,
        body=schemas.TakeNote,
        answer=schemas.NoteView,
        status=201,
        tag="notes",
        summary="Take a note",
    )
    def take_note(self, request: Request) -> Answer:
        """What a resident said, in a place: about a matter, never a mark on a person. It is sealed, and due in time.

        POST /notes
        {"area": "440305001012", "text": "三栋居民希望楼道装灯。"}

        201 Created
        {"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "open", "version": 1, "due_on": "2026-03-25"}
        """
        note_id = uuid_utils.compat.uuid7()
        with self.database.transaction(eyes(request.actor)) as tx:
            command = handlers.Take(**request.body)
            note = handlers.take(tx, command, note_id=note_id, actor=request.actor, now=request.now)
            return request.answer(tx, note, version=note.version, location=f"/notes/{note_id}", area=note.area)

    @endpoint(
        "GET",
        "/notes",
        roles=handlers.READERS,
        query=schemas.NotesQuery,
        answer=schemas.NoteView,
        tag="notes",
        summary="List notes, newest first",
    )
    def list_notes(self, request: Request) -> Answer:
        """Where you work, or what you have taken; without anybody's words.

        GET /notes?state=open&limit=1

        200 OK
        {"items": [{"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "open", "version": 1}], "next": null}
        """
        query, limit = request.query, request.query["limit"]
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_notes(
                tx,
                actor=request.actor,
                area=query["area"],
                own=query["own"],
                state=query["state"] and model.State(query["state"]),
                before=query["cursor"],
                count=limit + 1,
            )
        page = found[:limit]
        more = (page[-1].recorded_at.isoformat(), page[-1].note_id) if len(found) > limit else None
        return request.page(None, page, more)

    @endpoint(
        "GET",
        "/notes/<uuid:note_id>",
        roles=handlers.READERS,
        query=schemas.NotePurposeQuery,
        answer=schemas.NoteDetail,
        tag="notes",
        summary="Read a note and its history",
    )
    def get_note(self, request: Request, note_id: UUID) -> Answer:
        """Its words for whoever took it, for others where they work with a stated purpose; both are audited.

        GET /notes/01936f00-0000-7000-8000-00000000000c

        200 OK
        {"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "open", "version": 1, "text": null,
         "history": [{"step": "taken", "done_by": "leader-1", "done_at": "2026-03-10T02:00:00+00:00"}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            note = handlers.get_note(tx, note_id, actor=request.actor, purpose=purpose_of(request))
            return request.answer(tx, note, version=note.version)

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/note",
        roles=handlers.READERS,
        query=schemas.NotePurposeQuery,
        answer=schemas.NoteDetail,
        tag="notes",
        summary="The note that a dispute began with",
    )
    def get_note_of_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """Not found when the dispute came in another way.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/note

        200 OK
        {"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "case", "version": 2,
         "dispute_id": "01936f00-0000-7000-8000-00000000000a"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            note = handlers.get_note_of_dispute(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            return request.answer(tx, note, version=note.version)

    @endpoint(
        "POST",
        "/notes/<uuid:note_id>/case",
        roles=handlers.TAKERS,
        body=schemas.BecomeCase,
        answer=schemas.NoteBecameCase,
        status=201,
        versioned=True,
        tag="notes",
        summary="File a note as a dispute",
    )
    def file_note(self, request: Request, note_id: UUID) -> Answer:
        """By whoever took it or works in its community. The applicant follows the case with its number and secret.

        POST /notes/01936f00-0000-7000-8000-00000000000c/case
        If-Match: "1"
        {"relation": "owner_property", "category": "repair", "applicant": {"name": "王小明", "phone": "13800138000"},
         "respondent": {"kind": "organisation", "name": "星海物业服务中心"}}

        201 Created
        {"note": {"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "case", "version": 2},
         "dispute": {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "case_number": "440305001012-2026-0007"}}
        """
        dispute_id, secret = uuid_utils.compat.uuid7(), new_secret()
        filing = filing_of({"area": "", "grid_unit_id": None, "ticket_kind": None, **request.body})
        with self.database.transaction(eyes(request.actor)) as tx:
            note, dispute = handlers.become_case(
                tx, note_id, filing, dispute_id=dispute_id, secret_hash=hash_of(secret), **asked_by(request)
            )
            similar = at_intake(tx, dispute, actor=request.actor, now=request.now)
            filed = Filed(**vars(dispute), follow_secret=secret, similar=similar)
            answer = {"note": note, "dispute": filed}
            return request.answer(tx, answer, version=note.version, area=note.area, confidential=True)

    @endpoint(
        "POST",
        "/notes/<uuid:note_id>/suggestion",
        roles=STEPPERS,
        answer=schemas.NoteView,
        versioned=True,
        tag="notes",
        summary="Make a note a suggestion",
    )
    def suggest_note(self, request: Request, note_id: UUID) -> Answer:
        """It then waits for an answer; its time has run since it was taken.

        POST /notes/01936f00-0000-7000-8000-00000000000c/suggestion
        If-Match: "1"

        200 OK
        {"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "suggestion", "version": 2}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            note = handlers.become_suggestion(tx, note_id, **asked_by(request))
            return request.answer(tx, note, version=note.version, area=note.area)

    @endpoint(
        "POST",
        "/notes/<uuid:note_id>/close",
        roles=access.STEPPERS,
        body=schemas.CloseNote,
        answer=schemas.NoteView,
        versioned=True,
        tag="notes",
        summary="Answer a suggestion, or note what needs nothing more",
    )
    def close_note(self, request: Request, note_id: UUID) -> Answer:
        """A suggestion is adopted, declined or noted, in words; by who works in the community.

        POST /notes/01936f00-0000-7000-8000-00000000000c/close
        If-Match: "2"
        {"outcome": "adopted", "answer": "四月装感应灯。"}

        200 OK
        {"note_id": "01936f00-0000-7000-8000-00000000000c", "state": "closed", "version": 3, "outcome": "adopted"}
        """
        outcome, answer = model.Outcome(request.body["outcome"]), request.body["answer"]
        with self.database.transaction(eyes(request.actor)) as tx:
            note = handlers.close(tx, note_id, outcome=outcome, answer=answer, **asked_by(request))
            return request.answer(tx, note, version=note.version, area=note.area)
