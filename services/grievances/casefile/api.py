"""HTTP entrypoint of mediation files."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from chassis.printing import Printer
from services.grievances import access
from services.grievances.access import Purpose, eyes
from services.grievances.casefile import handlers, paper, schemas


class CaseFileApi:
    """Take the mediation file of a case away."""

    database: Database
    printer = Printer()

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/file",
        roles=access.SEERS,
        query=schemas.FileQuery,
        media="application/pdf",
        tag="disputes",
        summary="The mediation file of a case as one PDF, in Chinese",
    )
    def get_case_file(self, request: Request, dispute_id: UUID) -> Answer:
        """人民调解卷宗: registration, records, agreement, visits and course (人民调解法 Art. 27), for the archive.

        It opens personal data, so it is for the assigned mediator or an officer, for a purpose, and audited. 503 busy
        while as many are being printed as may be; 503 not-equipped where a library or font is missing, which it names.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/file?purpose=review
        """
        purpose = Purpose(request.query["purpose"])
        with self.database.transaction(eyes(request.actor)) as tx:
            file = handlers.open_file(tx, dispute_id, actor=request.actor, purpose=purpose, now=request.now)
        pdf = self.printer.print(paper.html(file))
        return request.file(None, pdf, "application/pdf", filename=file.filename)
