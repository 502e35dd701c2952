"""What is due, over HTTP and by the clock."""

import logging
from collections.abc import Mapping
from datetime import date, datetime

from chassis import metrics
from chassis.calendar import Clock, local_day
from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from chassis.timer import every
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.deadlines import handlers, model, schemas
from services.grievances.deadlines.store import Filed
from services.grievances.referrals import handlers as referrals

log = logging.getLogger(__name__)

LAPSES: Mapping[str, handlers.Lapse] = {"referral": referrals.lapse}
"""What becomes of things of these kinds when a right on them lapses."""

WARN_DAYS = 120
"""The State Council tells the next year's days off in November: with fewer days left, it is time to load them."""


class DeadlinesApi:
    """What is due, told when it is near or missed, and brought up level by level."""

    database: Database
    clock: Clock
    _warned_on: date | None = None
    _looked_up_to: Filed | None = None

    @every(1.0)
    def tell_deadlines(self, now: datetime) -> bool:
        with self.database.transaction() as tx:
            return handlers.tell_due(tx, now, apart=tuple(LAPSES))

    @every(1.0)
    def lapse_rights(self, now: datetime) -> bool:
        """Each in a transaction of its own; one that cannot be ended holds up no other."""
        with self.database.transaction() as tx:
            found = handlers.list_lapsing(tx, now, apart=tuple(LAPSES))
        failures = [failure for right in found if (failure := self._lapse(right, now)) is not None]
        if failures:
            raise failures[0]
        return len(found) == handlers.AT_MOST

    def _lapse(self, right: model.Watched, now: datetime) -> Exception | None:
        try:
            with self.database.transaction() as tx:
                handlers.lapse(tx, right, now, end=LAPSES[right.thing.kind])
        except Exception as error:
            return error
        return None

    @every(3600.0)
    def watch_forgotten(self, now: datetime) -> bool:
        with self.database.transaction() as tx:
            self._looked_up_to = handlers.watch_forgotten(tx, after=self._looked_up_to)
        return self._looked_up_to is not None

    @every(3600.0)
    def look_ahead(self, now: datetime) -> None:
        """Show how far the holiday table reaches, warn once a day when that is not far, and count anew what it
        reaches by now but did not when it was counted.
        """
        today = local_day(now)
        with self.database.transaction() as tx:
            handlers.recount(tx)
            left = handlers.days_left(tx, today)
        metrics.HOLIDAY_TABLE_DAYS_LEFT.set(left)
        if left < WARN_DAYS and self._warned_on != today:
            self._warned_on = today
            log.warning(
                "the holiday table ends in %d days; later working days are counted by weekends alone until the next "
                "year is loaded: linli import holidays FILE.csv",
                left,
            )

    @endpoint(
        "GET",
        "/deadlines",
        roles=access.READERS,
        query=schemas.DeadlinesQuery,
        answer=schemas.DeadlineView,
        tag="deadlines",
        summary="List what is due, the longest due first",
    )
    def list_deadlines(self, request: Request) -> Answer:
        """Where you work; with `thing_id`, of one thing that you may see, such as your own case.

        GET /deadlines?overdue=true&limit=1

        200 OK
        {"items": [{"thing": "dispute", "thing_id": "01936f00-0000-7000-8000-00000000000a",
         "rule": "dispute.acceptance", "due_at": "2026-03-16T16:00:00+00:00", "due_on": "2026-03-16",
         "state": "missed", "level": "street", "provisional": false}], "next": "8J2hPw…"}
        """
        query, limit = request.query, request.query["limit"]
        asked = ("area", "overdue", "near", "thing", "rule", "thing_id")
        question = handlers.Question(**{name: query[name] for name in asked})
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_due(
                tx, question, actor=request.actor, now=request.now, after=query["cursor"], count=limit + 1
            )
        page = found[:limit]
        more = (page[-1].due_at.isoformat(), page[-1].deadline_id) if len(found) > limit else None
        return request.page(None, page, more)

    @endpoint(
        "GET",
        "/deadline-rules",
        roles=access.READERS,
        answer=schemas.Rules,
        tag="deadlines",
        summary="How long things may take",
    )
    def list_deadline_rules(self, request: Request) -> Answer:
        """Each rule with its source; `(c)` is the district's own choice.

        GET /deadline-rules

        200 OK
        {"rules": [{"rule": "referral.handling", "amount": 60, "unit": "days", "law_maximum": 60,
         "source": "信访工作条例 Art. 34", "version": 1}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(tx, {"rules": handlers.list_rules(tx)})

    @endpoint(
        "PUT",
        "/deadline-rules/<rule>",
        roles=handlers.SETTERS,
        body=schemas.SetRule,
        answer=schemas.RuleView,
        versioned=True,
        tag="deadlines",
        summary="Set how long things may take",
    )
    def set_deadline_rule(self, request: Request, rule: str) -> Answer:
        """By the district, never above what the law allows. It holds for what begins afterwards; what runs keeps the
        time it began with.

        PUT /deadline-rules/dispute.mediation
        If-Match: "1"
        {"amount": 20, "near_hours": 72, "street_after_days": 3, "district_after_days": 7}

        200 OK
        {"rule": "dispute.mediation", "amount": 20, "unit": "days", "near_hours": 72, "version": 2}
        """
        version = request.version or 0
        with self.database.transaction(request.access) as tx:
            changed = handlers.set_rule(tx, rule, model.Amounts(**request.body), actor=request.actor, version=version)
            return request.answer(tx, changed, version=changed.version)
