"""For requests made from the OpenAPI document: cases to follow, notes and duplicates, each anew."""

from collections.abc import Callable
from typing import Any

from chassis.identity import Grant
from tests.service.grievances.running import FILING, XINGHAI
from tests.service.openapi import Api

NOTE = {"area": XINGHAI, "text": "三栋居民希望楼道装灯。"}

Fresh = Callable[[], dict[str, Any]]


def fresh(api: Api, resolved: Fresh) -> dict[str, Fresh]:
    """Operation → what it needs. `resolved` makes a case that has come to its end."""

    def file() -> dict[str, Any]:
        token = api.service.token_for("resident-1", Grant("resident", XINGHAI))
        filed: dict[str, Any] = api.service.request("POST", "/disputes", FILING, token=token).json
        return filed

    def followed(filed: dict[str, Any]) -> dict[str, Any]:
        """With the secret that opens it now: one that was lost is renewed."""
        path = f"/disputes/{filed['dispute_id']}/secret"
        renewed = api.ask("POST", path) if "follow_secret" not in filed else filed
        return {"case_number": renewed["case_number"], "Case-Secret": renewed["follow_secret"]}

    def note(*steps: str) -> dict[str, Any]:
        taken = api.ask("POST", "/notes", NOTE)
        for step in steps:
            taken = api.ask("POST", f"/notes/{taken['note_id']}/{step}", if_match=f'"{taken["version"]}"')
        return {"note_id": taken["note_id"], "If-Match": f'"{taken["version"]}"'}

    def linked() -> dict[str, Any]:
        one, other = pair(), file()
        path = f"/disputes/{one['dispute_id']}/link"
        api.ask("POST", path, {"to": other["dispute_id"]}, if_match=one["If-Match"])
        return {"dispute_id": one["dispute_id"], "If-Match": '"2"'}

    def pair() -> dict[str, Any]:
        return {"dispute_id": file()["dispute_id"], "to": file()["dispute_id"], "If-Match": '"1"'}

    return {
        "GET /follow/{case_number}": lambda: followed(file()),
        "POST /follow/{case_number}/comments": lambda: followed(file()),
        "POST /follow/{case_number}/withdrawal": lambda: followed(file()),
        "POST /follow/{case_number}/confirmation": lambda: followed(resolved()),
        "GET /notes/{note_id}": note,
        "POST /notes/{note_id}/suggestion": note,
        "POST /notes/{note_id}/case": lambda: note() | FILING,
        "POST /notes/{note_id}/close": lambda: note("suggestion"),
        "POST /disputes/{dispute_id}/link": pair,
        "POST /disputes/{dispute_id}/unlink": linked,
    }
