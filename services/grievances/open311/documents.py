"""The documents of Open311, in XML and JSON alike.

JSON is mapped from XML by the standard's own rule (Spark convention): an element that only repeats another is a list.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

MEDIA: Mapping[str, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}

ITEMS: Mapping[str, str] = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""List → the element that it repeats."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(form: str, root: str, content: Any) -> bytes:
    """The document in UTF-8. JSON has no name for its root."""
    if form == "json":
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    document = Element(root)
    _fill(document, content)
    text: bytes = tostring(document, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text


def _fill(element: Element, content: Any) -> None:
    if isinstance(content, Mapping):
        for name, inner in content.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(content, list):
        for inner in content:
            _fill(SubElement(element, ITEMS[element.tag]), inner)
    elif content is not None:
        element.text = _text(content)


def _text(content: object) -> str:
    """As XML can hold it: what no XML document may contain becomes U+FFFD."""
    return str(content).lower() if isinstance(content, bool) else _NOT_XML.sub("\ufffd", str(content))
