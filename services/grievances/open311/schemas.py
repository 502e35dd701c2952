"""Shapes at the edge, named as Open311 names them. What a client sends beyond them is not read."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from services.grievances.disputes.schemas import TICKET_KINDS
from services.grievances.shapes import BODIES, PHONE

NEVER_READ = "accepted and not kept: "
W3 = {"format": "date-time"}

# Those that an empty text passes are for what need not be sent; it is left out before they look at it.
AREA = validate.Regexp(
    r"^([1-9][0-9]{11})?(?!\n)$", error="Must be a 12-digit division code, for example 440305001012."
)
LINE = validate.Regexp(
    r"^([^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?)?(?!\n)$",
    error="Must be one line without control characters or surrounding spaces.",
)
OPTIONAL_PHONE = validate.Regexp(
    r"^(\+?[0-9][0-9 ()-]{3,22}[0-9])?(?!\n)$", error="Must be a phone number, for example 0755-26666666."
)
COORDINATE = validate.Regexp(r"^([+-]?[0-9]{1,3}(\.[0-9]*)?)?(?!\n)$", error="Must be a number of degrees.")
UP_TO_1000 = validate.Regexp(r"^([1-9][0-9]{0,2}|1000)?(?!\n)$", error="Must be from 1 to 1000.")
SAYS_SOMETHING = validate.Regexp(r"^\s*\S", error="Must say what the dispute is about.")

NOT_PROVIDED: dict[str, Any] = {"required": "was not provided", "null": "was not provided"}


class _Given(Schema):
    """As the standard has it, an empty parameter is one that was not sent, and a foreign one is not read."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _leave_out_what_is_empty(self, data: Any, **_: Any) -> Any:
        return {name: value for name, value in data.items() if value != ""}


def _one_of(*words: str) -> validate.OneOf:
    return validate.OneOf(("", *words), error=f"Must be one of {', '.join(words)}.")


def _asked(**given: Any) -> fields.String:
    """A text that must be sent."""
    return fields.String(required=True, error_messages=NOT_PROVIDED, **given)


def _attribute(**given: Any) -> fields.String:
    """An attribute that a filing needs; that of an unknown service is not asked for one."""
    given["metadata"] = {"description": "required", **given.get("metadata", {})}
    return fields.String(load_default=None, **given)


def _unread(what: str, limit: int = 2000, *rules: validate.Validator) -> fields.String:
    told = {"description": NEVER_READ + what}
    return fields.String(load_default=None, validate=[validate.Length(max=limit), *rules], metadata=told)


class Jurisdiction(_Given):
    jurisdiction_id = fields.String(
        load_default=None,
        metadata={"example": "440305000000", "description": "the district's division code; may be left out"},
    )


class Keyed(Jurisdiction):
    api_key = fields.String(
        load_default=None,
        metadata={"description": "the access token, for clients that cannot send it as Authorization: Bearer"},
    )


class RequestsQuery(Keyed):
    """Which service requests are asked for. Lists are delimited by commas."""

    service_request_id = fields.String(
        load_default=None,
        metadata={"example": "440305001012-2026-0007", "description": "case numbers; they override all the rest"},
    )
    service_code = fields.String(load_default=None, metadata={"example": "repair,noise"})
    start_date = fields.String(
        load_default=None,
        metadata={
            "example": "2026-03-01T00:00:00+08:00",
            "description": "the earliest time of filing, with its offset",
        },
    )
    end_date = fields.String(
        load_default=None, metadata={"description": "the latest; at most 90 days after start_date"}
    )
    status = fields.String(load_default=None, metadata={"example": "open", "description": "open, closed"})
    page = fields.String(load_default="1", validate=UP_TO_1000)
    page_size = fields.String(load_default="1000", validate=UP_TO_1000)


class FileRequest(Keyed):
    """A dispute, told in the fields of GeoReport v2 and the attributes of its service definition."""

    service_code = _asked(metadata={"example": "repair", "description": "one of GET services"})
    address_id = fields.String(
        load_default=None,
        validate=AREA,
        metadata={"example": "440305001012", "description": "the community's division code"},
    )
    address_string = fields.String(
        load_default=None,
        validate=[validate.Length(max=300), LINE],
        metadata={"example": "星海名城3栋502", "description": "names the community where no code does; kept, sealed"},
    )
    lat = _unread("no place is kept here", 30, COORDINATE)
    long = _unread("no place is kept here", 30, COORDINATE)
    first_name = fields.String(
        load_default=None, validate=[validate.Length(max=49), LINE], metadata={"example": "小明"}
    )
    last_name = fields.String(load_default=None, validate=[validate.Length(max=50), LINE], metadata={"example": "王"})
    phone = _asked(validate=PHONE, metadata={"example": "13800138000"})
    description = _asked(
        validate=[validate.Length(1, 4000), SAYS_SOMETHING], metadata={"example": "楼道漏水三个月，物业未修。"}
    )
    email = _unread("whoever works on it calls", 320)
    device_id = _unread("no device is known here")
    account_id = _unread("accounts of other systems are not known here")
    media_url = _unread("the notice says so to whoever filed")
    relation = _attribute(data_key="attribute[relation]", metadata={"example": "owner_property"})
    community = fields.String(load_default=None, data_key="attribute[community]", validate=AREA)
    respondent_kind = _attribute(
        data_key="attribute[respondent_kind]",
        validate=_one_of("person", "organisation"),
        metadata={"example": "organisation"},
    )
    respondent_name = _attribute(
        data_key="attribute[respondent_name]",
        validate=[validate.Length(max=100), LINE],
        metadata={"example": "星海物业服务中心"},
    )
    respondent_phone = fields.String(load_default=None, data_key="attribute[respondent_phone]", validate=OPTIONAL_PHONE)
    respondent_body = fields.String(load_default=None, data_key="attribute[respondent_body]", validate=_one_of(*BODIES))
    ticket_kind = fields.String(load_default=None, data_key="attribute[ticket_kind]", validate=_one_of(*TICKET_KINDS))


class ServiceView(Schema):
    service_code = fields.String(required=True, metadata={"example": "repair"})
    service_name = fields.String(required=True, metadata={"example": "维修与漏水"})
    description = fields.String(required=True)
    metadata = fields.Boolean(required=True)
    type = fields.String(required=True, metadata={"example": "realtime"})
    keywords = fields.String(required=True, metadata={"description": "delimited by commas"})
    group = fields.String(required=True)


class ValueView(Schema):
    key = fields.String(required=True, metadata={"example": "owner_property"})
    name = fields.String(required=True, metadata={"example": "业主与物业 Owner and property company"})


class AttributeView(Schema):
    variable = fields.Boolean(required=True)
    code = fields.String(required=True, metadata={"example": "relation"})
    datatype = fields.String(required=True, metadata={"example": "singlevaluelist"})
    required = fields.Boolean(required=True)
    datatype_description = fields.String(required=True, allow_none=True)
    order = fields.Integer(required=True)
    description = fields.String(required=True)
    values = fields.List(fields.Nested(ValueView), required=True)


class DefinitionView(Schema):
    service_code = fields.String(required=True, metadata={"example": "repair"})
    attributes = fields.List(fields.Nested(AttributeView), required=True)


class RequestFiled(Schema):
    """The number at once, and a notice for the person who filed: it holds the case's secret, told this once."""

    service_request_id = fields.String(required=True, metadata={"example": "440305001012-2026-0007"})
    service_notice = fields.String(required=True)
    account_id = fields.String(required=True, allow_none=True)


class TokenView(Schema):
    service_request_id = fields.String(required=True, metadata={"example": "440305001012-2026-0007"})
    token = fields.String(required=True)


class RequestView(Schema):
    """A service request, without anybody's name; what is not kept here is null."""

    service_request_id = fields.String(required=True, metadata={"example": "440305001012-2026-0007"})
    status = fields.String(required=True, validate=validate.OneOf(("open", "closed")))
    status_notes = fields.String(required=True, metadata={"example": "已受理"})
    service_name = fields.String(required=True, metadata={"example": "维修与漏水"})
    service_code = fields.String(required=True, metadata={"example": "repair"})
    description = fields.String(
        required=True, allow_none=True, metadata={"description": "for whoever filed it, asked for by its number"}
    )
    agency_responsible = fields.String(required=True, allow_none=True, metadata={"example": "星海名城（社区）"})
    service_notice = fields.String(required=True, allow_none=True)
    requested_datetime = fields.String(required=True, metadata=W3)
    updated_datetime = fields.String(required=True, metadata=W3)
    expected_datetime = fields.String(
        required=True, allow_none=True, metadata={**W3, "description": "by when the next step, or the ticket, is due"}
    )
    address = fields.String(required=True, allow_none=True, metadata={"example": "星海名城"})
    address_id = fields.String(required=True, metadata={"example": "440305001012"})
    zipcode = fields.String(required=True, allow_none=True)
    lat = fields.Float(required=True, allow_none=True)
    long = fields.Float(required=True, allow_none=True)
    media_url = fields.String(required=True, allow_none=True)


class EndpointView(Schema):
    specification = fields.String(required=True)
    url = fields.String(required=True)
    changeset = fields.String(required=True)
    type = fields.String(required=True, metadata={"example": "production"})
    formats = fields.List(fields.String(), required=True)


class DiscoveryView(Schema):
    changeset = fields.String(required=True, metadata={"description": "when the offer was last changed"})
    contact = fields.String(required=True)
    key_service = fields.String(required=True, metadata={"description": "how to get an api_key"})
    endpoints = fields.List(fields.Nested(EndpointView), required=True)
