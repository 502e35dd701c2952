"""docs/integrating/grievances.md, played: each request as it stands there, and what the page says of its answer."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chassis.calendar import local_day
from chassis.identity import Grant
from tests.service.grievances.running import Grievances, division, grid_unit
from tests.support.service import StartService
from tests.support.waiting import wait_for

PAGE = Path(__file__).parents[3] / "docs" / "integrating" / "grievances.md"
BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASKED = re.compile(r"(GET|POST|PUT) (.+?)(?: {4}as (\S+))?")
PERSON = re.compile(r"^\| (`[^|]+`) \| `(\w+)` \| (\d{12}) \|", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{([a-z_]+(?: of \d{4})?|in \d+ days)\}")


@dataclass(frozen=True)
class Step:
    """One block of the page."""

    text: str
    method: str
    path: str
    account: str | None
    headers: dict[str, str]
    body: str
    status: int
    answer: str


def steps(page: str) -> list[Step]:
    return [_step(text) for text in BLOCK.findall(page)]


def _step(text: str) -> Step:
    request, answer = text.split("\n\n", 1)
    first, *lines = request.splitlines()
    asked = ASKED.fullmatch(first)
    assert asked, first
    begin = next((at for at, line in enumerate(lines) if line.startswith("{")), len(lines))
    headers = dict(line.split(": ", 1) for line in lines[:begin])
    status, _, shown = answer.partition("\n")
    return Step(text, asked[1], asked[2], asked[3], headers, "\n".join(lines[begin:]), int(status), shown.strip())


@dataclass
class Reader:
    """Does what the page says, and remembers what the answers gave."""

    service: Grievances
    tokens: dict[str, str]
    known: dict[str, str] = field(default_factory=dict)

    def send(self, step: Step) -> None:
        token = self.tokens[step.account] if step.account else None
        headers = {name.lower().replace("-", "_"): self._filled(value) for name, value in step.headers.items()}
        path, _, query = self._filled(step.path).partition("?")
        address = f"{path}?{quote(query, safe='=&')}" if query else path
        body = json.loads(self._filled(step.body)) if step.body else None

        reply = self.service.request(step.method, address, body, token=token, **headers)

        assert reply.status == step.status, f"{step.text}\n{reply.text}"
        if step.answer.startswith("{"):
            assert _holds(reply.json, json.loads(self._filled(step.answer))), f"{step.text}\n{reply.text}"
            if reply.status < 300:
                self._remember(reply.json)
        else:
            told = [line.rstrip("\r") for line in reply.text.removeprefix("\ufeff").splitlines()]
            assert all(map(_same, told, self._filled(step.answer).splitlines())), f"{step.text}\n{reply.text}"
            assert len(told) == len(step.answer.splitlines()), reply.text

    def _filled(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._value(found[1]), text)

    def _value(self, name: str) -> str:
        now = datetime.now(UTC)
        if name.startswith("in "):
            return (local_day(now) + timedelta(days=int(name.split()[1]))).isoformat()
        today = local_day(now)
        return {"today": today.isoformat(), "year": str(today.year), "now": now.isoformat()}.get(name) or self.known[
            name
        ]

    def _remember(self, told: dict[str, Any]) -> None:
        if "case_number" in told and "dispute_id" in told:
            self.known[f"dispute_id of {told['case_number'][-4:]}"] = told["dispute_id"]
        for name, value in told.items():
            if isinstance(value, dict):
                self._remember(value)
            elif isinstance(value, str):
                self.known[name] = value


def _holds(told: Any, shown: Any) -> bool:
    """Whether the answer has what is shown of it; `…` stands for anything."""
    if isinstance(shown, dict):
        return isinstance(told, dict) and all(name in told and _holds(told[name], shown[name]) for name in shown)
    if isinstance(shown, list):
        return len(told) == len(shown) and all(map(_holds, told, shown))
    return _same(told, shown) if isinstance(shown, str) else bool(told == shown)


def _same(told: Any, shown: str) -> bool:
    return fnmatchcase(str(told), shown.replace("[", "[[]").replace("…", "*"))


def test_every_request_of_the_page_is_answered_as_it_says(start_service: StartService) -> None:
    page = PAGE.read_text()
    service = start_service(Grievances)
    service.tell(
        division("440305001012", "星海名城", "community", "440305001000"),
        division("440305001000", "南头街道", "street", "440305000000"),
        division("440305000000", "南山区", "district", None),
        grid_unit("01936f00-0000-7000-8000-0000000000b1", "440305001012"),
    )
    wait_for(lambda: service.rows("SELECT FROM grid_units") and len(service.rows("SELECT FROM divisions")) == 3)
    people = {
        account: service.token_for(account, Grant(role, area))
        for accounts, role, area in PERSON.findall(page)
        for account in re.findall(r"`([^`]+)`", accounts)
    }
    reader = Reader(service, people)
    told = steps(page)

    for step in told:
        reader.send(step)

    assert len(told) > 50
