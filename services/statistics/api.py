"""Figures over HTTP. Asking again is cheap: while nothing has changed, the answer is 304 after one look."""

from datetime import date
from typing import Any

from chassis.calendar import local_day
from chassis.database import Database, Transaction
from chassis.errors import NotFound
from chassis.http import Answer, Request, endpoint
from chassis.http.reading import is_current
from services.statistics import access, schemas, store
from services.statistics.model import Figures, Period, change_percent, period_of, total
from services.statistics.store import Division


class StatisticsApi:
    """Counts are given all together or not at all, and a change only beside what it is a change of."""

    database: Database

    @endpoint(
        "GET",
        "/statistics/<area:code>",
        roles=access.EVERYONE,
        query=schemas.PeriodQuery,
        answer=schemas.Statistics,
        summary="Figures of one division, beside those of the year before",
        tag="statistics",
    )
    def get_statistics(self, request: Request, code: str) -> Answer:
        """A division's figures with all that lies in it, for a year (up to today) or from one day to another.

        GET /statistics/440305000000?year=2026

        200
        {"area": {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": null},
         "period": {"from": "2026-01-01", "to": "2026-11-20"},
         "period_year_before": {"from": "2025-01-01", "to": "2025-11-20"},
         "figures": {"registered": 240, "accepted": 200, "resolved": 180, "refused": 9, "terminated": 6, "reopened": 3,
                     "days_to_resolve_sum": 1170, "days_to_resolve_count": 180, "average_days_to_resolve": 6.5},
         "year_over_year": {
             "accepted": {"now": 200, "year_before": 400},
             "change_percent": {"registered": -50.0, "accepted": -50.0, "resolved": -50.0, "refused": 0.0,
                                "terminated": null, "reopened": 200.0},
             "figures_year_before": {"registered": 480, "accepted": 400, "resolved": 360, "refused": 9, "terminated": 0,
                                     "reopened": 1, "days_to_resolve_sum": 2520, "days_to_resolve_count": 360,
                                     "average_days_to_resolve": 7.0}}}
        """
        period = _period(request)
        with self.database.transaction(request.access) as tx:
            division = _division(tx, code)
            access.require_sums(request.actor, division)
            if request.query["year"] is None and (request.query["first_day"] or request.query["last_day"]):
                access.require_days(request.actor, division)
            version = _version(tx, request)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            sums = _sums(tx, division, period)
            now, before = (total(sums[name].values()) for name in ("now", "before"))
            told = {**_head(division, period), **_told(division, now, before)}
            return request.answer(tx, told, version=version)

    @endpoint(
        "GET",
        "/statistics/<area:code>/children",
        roles=access.EVERYONE,
        query=schemas.PeriodQuery,
        answer=schemas.ChildrenStatistics,
        summary="The same for each division one level down",
        tag="statistics",
    )
    def get_children_statistics(self, request: Request, code: str) -> Answer:
        """The streets of a district or the communities of a street, by code; also those where nothing happened.

        GET /statistics/440305000000/children?from=2026-01-01&to=2026-03-31

        200
        {"area": {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": null},
         "period": {"from": "2026-01-01", "to": "2026-03-31"},
         "period_year_before": {"from": "2025-01-01", "to": "2025-03-31"},
         "children": [
             {"area": {"code": "440305001000", "name": "南头街道", "level": "street", "parent_code": "440305000000"},
              "figures": {"registered": 24, "accepted": 20, "resolved": 18, "refused": 1, "terminated": 0,
                          "reopened": 0, "days_to_resolve_sum": 117, "days_to_resolve_count": 18,
                          "average_days_to_resolve": 6.5},
              "year_over_year": {
                  "accepted": {"now": 20, "year_before": 40},
                  "change_percent": {"registered": -40.0, "accepted": -50.0, "resolved": -50.0, "refused": 0.0,
                                     "terminated": null, "reopened": null},
                  "figures_year_before": {"registered": 40, "accepted": 40, "resolved": 36, "refused": 1,
                                          "terminated": 0, "reopened": 0, "days_to_resolve_sum": 252,
                                          "days_to_resolve_count": 36, "average_days_to_resolve": 7.0}}}]}
        """
        period = _period(request)
        with self.database.transaction(request.access) as tx:
            division = _division(tx, code)
            access.require_parts(request.actor, division)
            version = _version(tx, request)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            sums = _sums(tx, division, period)
            children = [
                _told(child, *(sums[name].get(child.code, Figures()) for name in ("now", "before")))
                for child in store.list_children(tx, code)
            ]
            return request.answer(tx, {**_head(division, period), "children": children}, version=version)

    @endpoint(
        "GET",
        "/facts",
        roles=access.FACT_READERS,
        query=schemas.FactsQuery,
        answer=schemas.NewestFacts,
        summary="The newest facts in a division, of those areas the caller works in",
        tag="statistics",
    )
    def list_facts(self, request: Request) -> Answer:
        """What happened last: kind, place and time, without a word of the dispute and without its parties.

        GET /facts?area=440305000000&limit=1

        200
        {"area": {"code": "440305000000", "name": "南山区"},
         "facts": [{"event_id": "01936f00-0000-7000-8000-00000000000a",
                    "dispute_id": "01936f00-0000-7000-8000-00000000000b", "type": "dispute.resolved",
                    "area": {"code": "440305001012", "name": "星海名城社区居委会"}, "category": "parking",
                    "relation": "owner_property", "time": "2026-11-20T02:21:00+00:00"}]}
        """
        with self.database.transaction(access.eyes(request.actor)) as tx:
            division = _division(tx, request.query["area"])
            version = _version(tx, request)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            facts = store.list_newest_facts(tx, division.code, request.query["limit"])
            return request.answer(tx, {"area": division, "facts": facts}, version=version)


def _today(request: Request) -> date:
    return local_day(request.now)


def _period(request: Request) -> Period:
    return period_of(**request.query, today=_today(request))


def _division(tx: Transaction, code: str) -> Division:
    division = store.find_division(tx, code)
    if division is None:
        raise NotFound(f"no division {code}; GET /divisions of members lists those there are")
    return division


def _version(tx: Transaction, request: Request) -> int:
    """The ETag of every answer. Both numbers only grow, so their sum is another one as soon as a figure has changed or
    a new day has begun, to which "this year" then reaches.

    It is read before the figures: what changes in between is told by the next answer, never kept back.
    """
    return store.get_change_number(tx) + _today(request).toordinal()


def _is_known(request: Request, version: int) -> bool:
    known = request.call.if_none_match
    return known is not None and is_current(known, f'"{version}"')


def _sums(tx: Transaction, division: Division, period: Period) -> dict[str, dict[str, Figures]]:
    return store.sum_by_branch(tx, division.code, {"now": period, "before": period.year_before()})


def _head(division: Division, period: Period) -> dict[str, Any]:
    return {"area": division, "period": period, "period_year_before": period.year_before()}


def _told(division: Division, now: Figures, before: Figures) -> dict[str, Any]:
    return {
        "area": division,
        "figures": now,
        "year_over_year": {
            "accepted": {"now": now.accepted, "year_before": before.accepted},
            "change_percent": change_percent(before, now),
            "figures_year_before": before,
        },
    }
