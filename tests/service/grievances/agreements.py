"""Written agreements over HTTP: drafted, signed, performed, taken to court; and what each of these operations needs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from chassis.calendar import local_day
from tests.service.grievances.running import Grievances
from tests.service.openapi import Api
from tests.support.asking import Reply

SIGNERS = ("applicant", "respondent", "mediator", "committee")
MEANS = {"applicant": "fingerprint", "respondent": "seal", "mediator": "signature", "committee": "seal"}
COURT = "深圳市南山区人民法院"
TERMS = "物业于三月底前修复；王小明补缴物业费。"
DRAFT: dict[str, Any] = {"terms": TERMS, "reached_on": None, "obligations": []}


def today() -> date:
    return local_day(datetime.now(UTC))


def day(days: int) -> str:
    """So many days from today."""
    return (today() + timedelta(days=days)).isoformat()


class Desk:
    """An officer with one dispute that is being mediated and was registered twenty days ago."""

    def __init__(self, service: Grievances) -> None:
        self.service = service
        self.mediating = service.mediating()
        self.dispute_id = self.mediating.json["dispute_id"]
        self.path = f"/disputes/{self.dispute_id}"
        service.rows(
            "UPDATE disputes SET registered_at = registered_at - interval '20 days' "
            "WHERE dispute_id = %s::uuid RETURNING dispute_id",
            self.dispute_id,
        )

    def post(self, path: str, body: Any, at: Reply, *, token: str | None = None) -> Reply:
        """At the version of the answer before."""
        return self.service.ask(
            "POST", f"{self.path}/{path}", body, token=token or self.service.officer, if_match=at.headers["etag"]
        )

    def get(self, path: str = "", *, token: str | None = None) -> Reply:
        return self.service.ask("GET", f"{self.path}{path}", token=token or self.service.officer)

    def draft(self, **changes: Any) -> Reply:
        return self.post("agreement", DRAFT | changes, self.mediating, token=self.service.mediator)

    def sign(self, signer: str, at: Reply, *, token: str | None = None, **changes: Any) -> Reply:
        body = {"signer": signer, "means": MEANS[signer]} | changes
        return self.post("agreement/signatures", body, at, token=token)

    def in_effect(self, **changes: Any) -> Reply:
        """Signed by all four on four days, the last one six days ago."""
        agreement = self.draft(**{"reached_on": day(-10)} | changes)
        for number, signer in enumerate(SIGNERS):
            agreement = self.sign(signer, agreement, signed_on=day(number - 9))
        return agreement

    def ask_court(self, at: Reply, **changes: Any) -> Reply:
        body = {"applicants": ["applicant", "respondent"], "court": COURT, "applied_on": day(-2)} | changes
        return self.post("agreement/judicial-confirmation", body, at)


STEPS: dict[str, dict[str, Any]] = {
    "POST /disputes/{dispute_id}/agreement": DRAFT,
    "POST /disputes/{dispute_id}/agreement/signatures": {
        "signer": "applicant",
        "means": "fingerprint",
        "signed_on": None,
    },
    "POST /disputes/{dispute_id}/agreement/withdraw": {},
    "POST /disputes/{dispute_id}/agreement/obligations/{number}/performed": {"number": 1, "performed_on": None},
    "POST /disputes/{dispute_id}/agreement/judicial-confirmation": {
        "applicants": ["applicant", "respondent"],
        "applied_on": None,
    },
    "POST /disputes/{dispute_id}/agreement/judicial-confirmation/decision": {
        "outcome": "confirmed",
        "decided_on": None,
    },
    "POST /disputes/{dispute_id}/visits": {"held_on": None, "performed": "no"},
}
"""Of each operation, what makes a good request of it."""


def fresh(api: Api, mediating: Callable[[], dict[str, Any]]) -> dict[str, Callable[[], dict[str, Any]]]:
    """For each of the operations, an agreement of its own that is ready for it."""
    return {label: partial(_ready, api, mediating, label) for label in STEPS}


def _ready(api: Api, mediating: Callable[[], dict[str, Any]], label: str) -> dict[str, Any]:
    made = mediating()
    path, version = f"/disputes/{made['dispute_id']}", made["If-Match"]
    if label.endswith(("/signatures", "/withdraw")):
        version = f'"{api.ask("POST", f"{path}/agreement", DRAFT, if_match=version)["version"]}"'
    elif not label.endswith("/agreement"):
        promised = [{"by": "both", "what": "…", "due_on": day(9)}]
        oral = {"form": "oral", "terms": TERMS, "confirmed_by_applicant_on": day(0), "obligations": promised}
        resolved = api.ask("POST", f"{path}/resolve", oral, if_match=version)
        version = f'"{resolved["version"]}"' if label.endswith("/visits") else '"1"'
    if label.endswith("/decision"):
        body = {"applicants": ["applicant", "respondent"], "court": COURT}
        asked = api.ask("POST", f"{path}/agreement/judicial-confirmation", body, if_match=version)
        version = f'"{asked["version"]}"'
    return {"dispute_id": made["dispute_id"], "If-Match": version, **STEPS[label]}
