"""A client of GeoReport v2 that does what the standard says and knows nothing else, and the standard's own examples."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element, fromstring

from tests.service.grievances.running import XINGHAI, Grievances
from tests.support.asking import Reply

FORM = "application/x-www-form-urlencoded; charset=utf-8"
MEDIA = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}

# What each element holds, by the tables of the standard; in XML all of it is text.
LISTS = {"services", "attributes", "values", "service_requests", "errors", "endpoints", "formats"}
BOOLEANS = {"metadata", "variable", "required"}
NUMBERS = {"order", "lat", "long"}

# The names in the examples of the standard's page, which a client may rely on.
SERVICE = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
ATTRIBUTE = {"variable", "code", "datatype", "required", "datatype_description", "order", "description", "values"}
REQUEST = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip
EXAMPLE = (
    "api_key=xyz&jurisdiction_id=city.gov&service_code=001&lat=37.76524078&long=-122.4212043"
    "&address_string=1234+5th+street&email=smit333%40sfgov.edu&device_id=tt222111&account_id=123456"
    "&first_name=john&last_name=smith&phone=111111111&description=A+large+sinkhole+is+destroying+the+street"
    "&media_url=http%3A%2F%2Ffarm3.static.flickr.com%2F2002%2F2212426634_5ed477a060.jpg"
    "&attribute[WHISPAWN]=123456&attribute[WHISDORN]=COISL001"
)
"""The body of the page's example of POST Service Request, to the letter."""

TEXT, NULLABLE = {"type": "string"}, {"type": ["string", "null"]}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}


def _object(required: set[str], /, **known: Any) -> dict[str, Any]:
    return {"type": "object", "required": sorted(required), "properties": known, "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


SCHEMAS: dict[str, dict[str, Any]] = {
    "services": _list(
        _object(
            SERVICE,
            **dict.fromkeys(SERVICE, TEXT)
            | {"metadata": {"type": "boolean"}, "type": {"enum": ["realtime", "batch", "blackbox"]}},
        )
    ),
    "service_definition": _object(
        {"service_code", "attributes"},
        service_code=TEXT,
        attributes=_list(
            _object(
                ATTRIBUTE,
                variable={"type": "boolean"},
                code=TEXT,
                datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
                required={"type": "boolean"},
                datatype_description=NULLABLE,
                order={"type": "integer", "minimum": 1},
                description=TEXT,
                values=_list(_object({"key", "name"}, key=TEXT, name=TEXT)),
            )
        ),
    ),
    "filed": _list(_object({"service_request_id"}, service_request_id=TEXT, service_notice=TEXT, account_id=NULLABLE)),
    "token": _list(_object({"service_request_id", "token"}, service_request_id=TEXT, token=TEXT)),
    "requests": _list(
        _object(
            REQUEST,
            **dict.fromkeys(REQUEST, NULLABLE)
            | dict.fromkeys(("service_request_id", "service_code", "service_name", "address_id"), TEXT)
            | {"requested_datetime": TIME, "updated_datetime": TIME, "expected_datetime": {"anyOf": [TIME, NULLABLE]}}
            | {
                "status": {"enum": ["open", "closed"]},
                "lat": {"type": ["number", "null"]},
                "long": {"type": ["number", "null"]},
            },
        )
    ),
    "errors": _list(_object({"code", "description"}, code={"type": "integer"}, description=TEXT)),
    "discovery": _object(
        {"changeset", "contact", "key_service", "endpoints"},
        changeset=TEXT,
        contact=TEXT,
        key_service=TEXT,
        endpoints=_list(
            _object(
                {"specification", "url", "changeset", "type", "formats"},
                specification=TEXT,
                url=TEXT,
                changeset=TEXT,
                type={"enum": ["production", "test"]},
                formats=_list(TEXT),
            )
        ),
    ),
}
"""What the tables and the schemas of the standard ask of each document, in its JSON form."""


def read(reply: Reply, form: str) -> Any:
    """The document, in its JSON form: XML is mapped by the Spark convention of the standard."""
    assert reply.headers["content-type"] == MEDIA[form], reply.text
    if form == "json":
        return reply.json
    assert reply.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    return _spark(fromstring(reply.body))  # noqa: S314 - the service under test has written it


def _spark(element: Element) -> Any:
    if element.tag in LISTS:
        return [_spark(inner) for inner in element]
    if len(element):
        return {inner.tag: _spark(inner) for inner in element}
    if element.text is None:
        return None
    if element.tag in BOOLEANS:
        return {"true": True, "false": False}[element.text]
    if element.tag in NUMBERS:
        return float(element.text)
    return int(element.text) if element.tag == "code" and element.text.isdigit() else element.text


@dataclass(frozen=True)
class Client:
    """One format, and a key where there is one; the key travels as the standard has it, not in a header."""

    service: Grievances
    form: str = "xml"
    key: str | None = None
    jurisdiction_id: str = "440305000000"

    def get(self, path: str, *, secret: str | None = None, **parameters: str) -> Reply:
        given = {"jurisdiction_id": self.jurisdiction_id, **({"api_key": self.key} if self.key else {}), **parameters}
        headers = {} if secret is None else {"case_secret": secret}
        return self.service.ask("GET", f"/open311/v2/{path}.{self.form}?{urlencode(given)}", token=None, **headers)

    def post(self, fields: dict[str, str], **headers: str) -> Reply:
        given = {"jurisdiction_id": self.jurisdiction_id, **({"api_key": self.key} if self.key else {}), **fields}
        return self.send(urlencode(given), **headers)

    def send(self, body: str, **headers: str) -> Reply:
        path = f"/open311/v2/requests.{self.form}"
        return self.service.ask("POST", path, raw=body.encode(), token=None, content_type=FORM, **headers)

    def read(self, reply: Reply, status: int = 200) -> Any:
        assert reply.status == status, reply.text
        return read(reply, self.form)

    def filed(self, **fields: str) -> dict[str, str]:
        """The answer to a good filing."""
        [answer] = self.read(self.post({**FILING, **fields}))
        return dict(answer)

    def discover(self) -> str:
        """The path of the endpoint that the discovery document names."""
        reply = self.service.ask("GET", f"/open311/discovery.{self.form}", token=None)
        [endpoint] = self.read(reply)["endpoints"]
        return urlsplit(endpoint["url"]).path


FILING = {
    "service_code": "repair",
    "address_id": XINGHAI,
    "last_name": "王",
    "first_name": "小明",
    "phone": "13800138000",
    "description": "楼道漏水三个月，\n物业未修 <&>。",
    "attribute[relation]": "owner_property",
    "attribute[respondent_kind]": "organisation",
    "attribute[respondent_name]": "星海物业服务中心",
}


def secret_in(notice: str) -> str:
    """The case's secret, as a person copies it out of the notice."""
    return notice.partition("查询码 ")[2][:29]
