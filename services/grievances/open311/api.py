"""HTTP entrypoints of Open311 GeoReport v2, at /open311."""

import re
from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database, Transaction
from chassis.errors import NotAuthenticated
from chassis.http import FORM, PUBLIC, Answer, Request, endpoint
from chassis.identity import ANONYMOUS
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.model import Body, Party, PartyKind, Side, TicketKind
from services.grievances.following.api import SECRET_HEADER, SECRET_HEADERS, new_secret, shown
from services.grievances.following.handlers import NOBODY
from services.grievances.open311 import handlers, schemas, store
from services.grievances.open311.documents import MEDIA, written
from services.grievances.open311.intake import Told, check_complete, full_name
from services.grievances.open311.model import Asked, ServiceRequest, closed_alone, instant, w3
from services.grievances.open311.refusals import in_open311
from services.grievances.settings import Open311Settings

V2 = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
API_KEY = "api_key"

IN_BOTH: dict[str, Any] = {"media": (MEDIA["json"], MEDIA["xml"]), "refusal": in_open311, "tag": "open311"}


class Open311Api:
    """The offer, filing and following, as clients of Open311 GeoReport v2 know them."""

    database: Database
    configured: Open311Settings

    @endpoint(
        "GET",
        "/open311/discovery.<any(xml, json):form>",
        roles=PUBLIC,
        query=schemas.Jurisdiction,
        headers=("Host", "X-Forwarded-Proto"),
        answer=schemas.DiscoveryView,
        summary="Where Open311 is answered here",
        **IN_BOTH,
    )
    def discover_open311(self, request: Request, form: str) -> Answer:
        """The service discovery of Open311. `changeset` moves when categories, relations or communities change.

        GET /open311/discovery.xml

        200 OK
        {"changeset": "2026-11-20T09:00:00+08:00", "contact": "请联系社区工作人员", "key_service": "请向区工作人员申请",
         "endpoints": [{"specification": "http://wiki.open311.org/GeoReport_v2", "type": "production",
                        "url": "https://linli.example.gov.cn/open311/v2", "changeset": "2026-11-20T09:00:00+08:00",
                        "formats": ["text/xml", "application/json"]}]}
        """
        with self.database.transaction(NOBODY) as tx:
            handlers.check_jurisdiction(tx, request.query["jurisdiction_id"])
            changeset = w3(store.get_changed_at(tx))
        formats = ["text/xml", "application/json"]
        url = self.configured.open311_url or _asked_at(request)
        endpoint_here = {
            "specification": SPECIFICATION,
            "url": url.rstrip("/"),
            "changeset": changeset,
            "type": "production",
            "formats": formats,
        }
        discovery = {
            "changeset": changeset,
            "contact": self.configured.open311_contact,
            "key_service": self.configured.open311_key_service,
            "endpoints": [endpoint_here],
        }
        return _answer(request, form, "discovery", discovery)

    @endpoint(
        "GET",
        f"{V2}/services.<any(xml, json):form>",
        roles=PUBLIC,
        query=schemas.Jurisdiction,
        answer=schemas.ServiceView(many=True),
        summary="What can be filed",
        **IN_BOTH,
    )
    def list_services(self, request: Request, form: str) -> Answer:
        """The categories in use; each has a service definition, and gives its case number at once.

        GET /open311/v2/services.xml

        200 OK
        [{"service_code": "repair", "service_name": "维修与漏水", "description": "维修与漏水纠纷的人民调解，不收费。",
          "metadata": true, "type": "realtime", "keywords": "维修与漏水, Repairs and leaks",
          "group": "物业纠纷调解 Mediation of property disputes"}]
        """
        with self.database.transaction(NOBODY) as tx:
            services = handlers.list_services(tx, request.query["jurisdiction_id"])
        return _answer(request, form, "services", services)

    @endpoint(
        "GET",
        f"{V2}/services/<service_code>.<any(xml, json):form>",
        roles=PUBLIC,
        query=schemas.Jurisdiction,
        answer=schemas.DefinitionView,
        summary="What one service asks for",
        **IN_BOTH,
    )
    def get_service_definition(self, request: Request, service_code: str, form: str) -> Answer:
        """The attributes to send with a filing, beside the standard's own fields.

        GET /open311/v2/services/repair.json

        200 OK
        {"service_code": "repair",
         "attributes": [{"variable": true, "code": "relation", "datatype": "singlevaluelist", "required": true,
                         "datatype_description": null, "order": 1, "description": "纠纷双方 Who stands against whom",
                         "values": [{"key": "owner_property", "name": "业主与物业 Owner and property company"}]}]}
        """
        with self.database.transaction(NOBODY) as tx:
            definition = handlers.get_definition(tx, service_code, request.query["jurisdiction_id"])
        return _answer(request, form, "service_definition", definition)

    @endpoint(
        "POST",
        f"{V2}/requests.<any(xml, json):form>",
        roles=access.FILERS,
        body=schemas.FileRequest,
        body_media=(FORM,),
        token_field=API_KEY,
        answer=schemas.RequestFiled(many=True),
        summary="File a dispute as a service request",
        **IN_BOTH,
    )
    def file_service_request(self, request: Request, form: str) -> Answer:
        """A form, as POST /disputes files it: with the same rules, and the same case number.

        The key is the access token, as the field `api_key` or as Authorization: Bearer; in the address it is not read.
        `service_notice` holds the case's secret 查询码 for the applicant alone; it is told once.

        POST /open311/v2/requests.json
        {"service_code": "repair", "address_id": "440305001012", "last_name": "王", "first_name": "小明",
         "phone": "13800138000", "description": "楼道漏水三个月，物业未修。", "attribute[relation]": "owner_property",
         "attribute[respondent_kind]": "organisation", "attribute[respondent_name]": "星海物业服务中心"}

        200 OK
        [{"service_request_id": "440305001012-2026-0007",
          "service_notice": "已登记（星海名城），案号 440305001012-2026-0007，查询码 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F。",
          "account_id": null}]
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            handlers.check_offer(tx, request.body["jurisdiction_id"], request.body["service_code"])
            filed = handlers.file(
                tx,
                _told(request.body),
                dispute_id=uuid_utils.compat.uuid7(),
                secret=new_secret(),
                actor=request.actor,
                now=request.now,
            )
            thing = f"/disputes/{filed.dispute_id}"
            return _answer(
                request, form, "service_requests", [filed], tx=tx, thing=thing, area=filed.area, confidential=True
            )

    @endpoint(
        "GET",
        f"{V2}/requests.<any(xml, json):form>",
        roles=access.READERS,
        query=schemas.RequestsQuery,
        token_field=API_KEY,
        answer=schemas.RequestView(many=True),
        summary="Service requests of your areas, or your own",
        **IN_BOTH,
    )
    def list_service_requests(self, request: Request, form: str) -> Answer:
        """Of the last 90 days, or of a range of at most 90, newest first; 1,000 at most in a page.

        Who works in an area sees what lies there, everybody else what he or she has filed; nobody's name is in it.

        GET /open311/v2/requests.json?status=open

        200 OK
        [{"service_request_id": "440305001012-2026-0007", "status": "open", "status_notes": "已受理",
          "service_name": "维修与漏水", "service_code": "repair", "agency_responsible": "星海名城（社区）",
          "requested_datetime": "2026-03-06T09:00:00+08:00", "updated_datetime": "2026-03-07T09:00:00+08:00",
          "expected_datetime": "2026-03-13T00:00:00+08:00", "address": "星海名城", "address_id": "440305001012"}]
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_requests(
                tx,
                _asked(request.query),
                jurisdiction_id=request.query["jurisdiction_id"],
                actor=request.actor,
                now=request.now,
            )
        return _answer(request, form, "service_requests", found)

    @endpoint(
        "GET",
        f"{V2}/requests/<service_request_id>.<any(xml, json):form>",
        roles=PUBLIC,
        query=schemas.Keyed,
        token_field=API_KEY,
        headers=SECRET_HEADERS,
        answer=schemas.RequestView(many=True),
        summary="One service request",
        **IN_BOTH,
    )
    def get_service_request(self, request: Request, service_request_id: str, form: str) -> Answer:
        """For an account that may see it, or for whoever shows the case's secret in the header Case-Secret.

        Who filed it reads the description as well; that is audited.

        GET /open311/v2/requests/440305001012-2026-0007.xml
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F

        200 OK
        [{"service_request_id": "440305001012-2026-0007", "status": "closed",
          "status_notes": "不予调解：当事人拒绝调解；仍可通过仲裁、行政途径、诉讼解决（人民调解法第三条、第二十六条）",
          "service_code": "repair", "description": "楼道漏水三个月，物业未修。", "agency_responsible": null}]
        """
        return _answer(request, form, "service_requests", [self._opened(request, service_request_id)])

    @endpoint(
        "GET",
        f"{V2}/tokens/<token>.<any(xml, json):form>",
        roles=PUBLIC,
        query=schemas.Keyed,
        token_field=API_KEY,
        headers=SECRET_HEADERS,
        answer=schemas.TokenView(many=True),
        summary="The number behind a token",
        **IN_BOTH,
    )
    def get_service_request_of_token(self, request: Request, token: str, form: str) -> Answer:
        """Filing gives the number at once and no token. The id of a dispute is taken for one, and so is a number.

        GET /open311/v2/tokens/01936f00-0000-7000-8000-00000000000a.json

        200 OK
        [{"service_request_id": "440305001012-2026-0007", "token": "01936f00-0000-7000-8000-00000000000a"}]
        """
        found = self._opened(request, token)
        told = {"service_request_id": found.service_request_id, "token": token}
        return _answer(request, form, "service_requests", [told])

    def _opened(self, request: Request, reference: str) -> ServiceRequest:
        """For the secret where one is shown, else for the account. Without either nobody learns whether it exists."""
        jurisdiction_id = request.query["jurisdiction_id"]
        if request.headers[SECRET_HEADER.lower()] is not None:
            with self.database.transaction(NOBODY) as tx:
                return handlers.get_followed(tx, shown(request, reference), jurisdiction_id=jurisdiction_id)
        if request.actor is ANONYMOUS:
            raise NotAuthenticated(f"send the api_key, or the case's secret in the header {SECRET_HEADER}")
        with self.database.transaction(eyes(request.actor)) as tx:
            return handlers.get_request(tx, _reference(reference), jurisdiction_id=jurisdiction_id, actor=request.actor)


def _answer(
    request: Request, form: str, root: str, payload: Any, *, tx: Transaction | None = None, **kept: Any
) -> Answer:
    """The payload in the answer's shape, as XML or JSON; `kept` as in `Request.file`."""
    content = request.call.endpoint.answer.dump(payload)  # type: ignore[union-attr]
    return request.file(tx, written(form, root, content), MEDIA[form], **kept)


_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


def _asked_at(request: Request) -> str:
    """The address at which this request came in."""
    host, scheme = request.headers["host"] or "", request.headers["x-forwarded-proto"]
    return f"{'https' if scheme == 'https' else 'http'}://{host}{V2}" if _HOST.fullmatch(host) else V2


def _reference(text: str) -> str | UUID:
    try:
        return UUID(text)
    except ValueError:
        return text


def _asked(query: dict[str, Any]) -> Asked:
    return Asked(
        numbers=_parts(query["service_request_id"]),
        services=_parts(query["service_code"]),
        is_closed=closed_alone(_parts(query["status"]) or ()),
        since=instant("start_date", query["start_date"]),
        until=instant("end_date", query["end_date"]),
        page=int(query["page"]),
        page_size=int(query["page_size"]),
    )


def _parts(text: str | None) -> tuple[str, ...] | None:
    return tuple(filter(None, (part.strip() for part in text.split(",")))) if text is not None else None


def _told(body: dict[str, Any]) -> Told:
    name = full_name(body["first_name"], body["last_name"])
    check_complete(body, name)
    kind, of_body, ticket = PartyKind(body["respondent_kind"]), body["respondent_body"], body["ticket_kind"]
    return Told(
        service_code=body["service_code"],
        relation=body["relation"],
        applicant=Party(Side.APPLICANT, PartyKind.PERSON, name or "", body["phone"]),
        respondent=Party(Side.RESPONDENT, kind, body["respondent_name"], body["respondent_phone"]),
        description=body["description"],
        address_id=body["address_id"],
        community=body["community"],
        address_string=body["address_string"],
        respondent_body=Body(of_body) if of_body else None,
        ticket_kind=TicketKind(ticket) if ticket else None,
        has_media=body["media_url"] is not None,
    )
