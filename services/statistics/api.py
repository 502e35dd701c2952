"""Figures over HTTP. Asking again is cheap: while nothing has changed, the answer is 304 after one look.

Every answer says how far it is behind the facts it is counted from, also while nobody counts them.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from chassis.behind.measure import Behind
from chassis.calendar import local_day
from chassis.database import Database, Transaction
from chassis.errors import NotFound
from chassis.http import Answer, Request, endpoint
from chassis.http.reading import is_current
from services.statistics import access, schemas, store
from services.statistics.model import Figures, change_percent, folded, total
from services.statistics.periods import Period, months_over, period_of
from services.statistics.store import Division

SOURCE = "grievances"
"""Where all that is counted comes from; members tells no more than the names of divisions."""


class StatisticsApi:
    """Counts are given all together or not at all, and a change only beside what it is a change of."""

    database: Database
    behind: Any

    @endpoint(
        "GET",
        "/statistics/<area:code>",
        roles=access.EVERYONE,
        query=schemas.PeriodQuery,
        answer=schemas.Statistics,
        summary="Figures of one division, beside those of the year before",
        tag="statistics",
        etag=True,
    )
    def get_statistics(self, request: Request, code: str) -> Answer:
        """A division's figures with all that lies in it, for a year (up to today) or from one day to another.

        GET /statistics/440305000000?year=2026

        200
        {"area": {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": null},
         "period": {"from": "2026-01-01", "to": "2026-11-20"},
         "period_year_before": {"from": "2025-01-01", "to": "2025-11-20"},
         "behind": {"state": "even", "events": 0, "kept": 0, "as_of": "2026-11-20T02:42:00+00:00", "oldest_at": null,
                    "unknown_since": null, "reason": null},
         "figures": {"registered": 240, "accepted": 200, "resolved": 180, "refused": 9, "terminated": 6, "reopened": 3,
                     "linked": 8, "overdue": 4, "confirmed": 150, "days_to_resolve_sum": 1170,
                     "days_to_resolve_count": 180, "average_days_to_resolve": 6.5,
                     "satisfaction": {"answers": 120, "average": 4.3, "distribution": [2, 5, 13, 35, 65]}},
         "year_over_year": {
             "accepted": {"now": 200, "year_before": 400},
             "change_percent": {"registered": -50.0, "accepted": -50.0, "resolved": -50.0, "refused": 0.0,
                                "terminated": null, "reopened": 200.0, "linked": 0.0, "overdue": 100.0,
                                "confirmed": -50.0},
             "figures_year_before": {"registered": 480, "accepted": 400, "resolved": 360, "refused": 9, "terminated": 0,
                                     "reopened": 1, "linked": 8, "overdue": 2, "confirmed": 300,
                                     "days_to_resolve_sum": 2520, "days_to_resolve_count": 360,
                                     "average_days_to_resolve": 7.0,
                                     "satisfaction": {"answers": 4, "average": null, "distribution": null}}}}
        """
        period = _period(request)
        with self.database.transaction(request.access) as tx:
            division = _division(tx, code)
            access.require_sums(request.actor, division)
            if _by_days(request):
                access.require_days(request.actor, division)
            behind = self._behind()
            version = _version(tx, request, behind)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            sums = _sums(tx, division, period)
            now, before = (total(sums[name].values()) for name in ("now", "before"))
            points = access.may_see_points(request.actor, division, by_days=_by_days(request))
            told = {**_head(division, period, behind), **_told(now, before, points=points)}
            return request.answer(tx, told, version=version)

    @endpoint(
        "GET",
        "/statistics/<area:code>/children",
        roles=access.EVERYONE,
        query=schemas.PeriodQuery,
        answer=schemas.ChildrenStatistics,
        summary="The same for each division one level down",
        tag="statistics",
        etag=True,
    )
    def get_children_statistics(self, request: Request, code: str) -> Answer:
        """The streets of a district or the communities of a street, by code; also those where nothing happened.

        GET /statistics/440305000000/children?from=2026-01-01&to=2026-03-31

        200
        {"area": {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": null},
         "period": {"from": "2026-01-01", "to": "2026-03-31"},
         "period_year_before": {"from": "2025-01-01", "to": "2025-03-31"},
         "behind": {"state": "even", "events": 0, "kept": 0, "as_of": "2026-11-20T02:42:00+00:00", "oldest_at": null,
                    "unknown_since": null, "reason": null},
         "children": [
             {"area": {"code": "440305001000", "name": "南头街道", "level": "street", "parent_code": "440305000000"},
              "figures": {"registered": 24, "accepted": 20, "resolved": 18, "refused": 1, "terminated": 0,
                          "reopened": 0, "linked": 0, "overdue": 1, "confirmed": 12, "days_to_resolve_sum": 117,
                          "days_to_resolve_count": 18, "average_days_to_resolve": 6.5,
                          "satisfaction": {"answers": 8, "average": 4.5, "distribution": [0, 0, 1, 2, 5]}},
              "year_over_year": {
                  "accepted": {"now": 20, "year_before": 40},
                  "change_percent": {"registered": -40.0, "accepted": -50.0, "resolved": -50.0, "refused": 0.0,
                                     "terminated": null, "reopened": null, "linked": null, "overdue": -50.0,
                                     "confirmed": -40.0},
                  "figures_year_before": {"registered": 40, "accepted": 40, "resolved": 36, "refused": 1,
                                          "terminated": 0, "reopened": 0, "linked": 0, "overdue": 2, "confirmed": 20,
                                          "days_to_resolve_sum": 252, "days_to_resolve_count": 36,
                                          "average_days_to_resolve": 7.0,
                                          "satisfaction": {"answers": 0, "average": null, "distribution": null}}}}]}
        """
        period = _period(request)
        with self.database.transaction(request.access) as tx:
            division = _division(tx, code)
            access.require_parts(request.actor, division, by_days=_by_days(request))
            behind = self._behind()
            version = _version(tx, request, behind)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            sums = _sums(tx, division, period)
            children = [
                {
                    "area": child,
                    **_told(
                        *(sums[name].get(child.code, Figures()) for name in ("now", "before")),
                        points=access.may_see_points(request.actor, child, by_days=_by_days(request)),
                    ),
                }
                for child in store.list_children(tx, code)
            ]
            return request.answer(tx, {**_head(division, period, behind), "children": children}, version=version)

    @endpoint(
        "GET",
        "/statistics/<area:code>/by-category",
        roles=access.EVERYONE,
        query=schemas.PeriodQuery,
        answer=schemas.Breakdown,
        summary="Figures of one division by what the disputes are about",
        tag="statistics",
        etag=True,
    )
    def get_statistics_by_category(self, request: Request, code: str) -> Answer:
        """A division's figures, with all that lies in it, by category, each beside those of the year before.

        Whoever works in the division asks as of its sums. For others there is none of a community; from a street up
        they are told by the year, up to the last month that is over, and categories of fewer than 5 cases are added
        together with the next smallest.

        GET /statistics/440305000000/by-category?year=2026

        200
        {"area": {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": null},
         "period": {"from": "2026-01-01", "to": "2026-10-31"},
         "period_year_before": {"from": "2025-01-01", "to": "2025-10-31"},
         "behind": {"state": "even", "events": 0, "kept": 0, "as_of": "2026-11-20T02:42:00+00:00", "oldest_at": null,
                    "unknown_since": null, "reason": null},
         "parts": [
             {"words": ["parking"],
              "figures": {"registered": 24, "accepted": 20, "resolved": 18, "refused": 1, "terminated": 0,
                          "reopened": 0, "linked": 0, "overdue": 1, "confirmed": 12, "days_to_resolve_sum": 117,
                          "days_to_resolve_count": 18, "average_days_to_resolve": 6.5,
                          "satisfaction": {"answers": 8, "average": 4.5, "distribution": [0, 0, 1, 2, 5]}},
              "year_over_year": {
                  "accepted": {"now": 20, "year_before": 40},
                  "change_percent": {"registered": -40.0, "accepted": -50.0, "resolved": -50.0, "refused": 0.0,
                                     "terminated": null, "reopened": null, "linked": null, "overdue": -50.0,
                                     "confirmed": -40.0},
                  "figures_year_before": {"registered": 40, "accepted": 40, "resolved": 36, "refused": 1,
                                          "terminated": 0, "reopened": 0, "linked": 0, "overdue": 2, "confirmed": 20,
                                          "days_to_resolve_sum": 252, "days_to_resolve_count": 36,
                                          "average_days_to_resolve": 7.0,
                                          "satisfaction": {"answers": 0, "average": null, "distribution": null}}}}]}
        """
        return self._get_breakdown(request, code, "category")

    @endpoint(
        "GET",
        "/statistics/<area:code>/by-relation",
        roles=access.EVERYONE,
        query=schemas.PeriodQuery,
        answer=schemas.Breakdown,
        summary="Figures of one division by who stands against whom",
        tag="statistics",
        etag=True,
    )
    def get_statistics_by_relation(self, request: Request, code: str) -> Answer:
        """The same by relation: owner_government, owner_property, property_government, owner_owner.

        GET /statistics/440305000000/by-relation?from=2026-01-01&to=2026-03-31

        200
        {"area": {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": null},
         "period": {"from": "2026-01-01", "to": "2026-03-31"},
         "period_year_before": {"from": "2025-01-01", "to": "2025-03-31"},
         "behind": {"state": "even", "events": 0, "kept": 0, "as_of": "2026-11-20T02:42:00+00:00", "oldest_at": null,
                    "unknown_since": null, "reason": null},
         "parts": []}
        """
        return self._get_breakdown(request, code, "relation")

    def _behind(self) -> Behind:
        found: Behind = self.behind.of(SOURCE)
        return found

    def _get_breakdown(self, request: Request, code: str, kind: str) -> Answer:
        with self.database.transaction(request.access) as tx:
            division = _division(tx, code)
            access.require_breakdown(request.actor, division, by_days=_by_days(request))
            works_here = access.works_in(request.actor, division)
            period = _period(request) if works_here else months_over(request.query["year"], _today(request))
            behind = self._behind()
            version = _version(tx, request, behind)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            parts = store.sum_by_word(tx, code, kind, period)
            told = [
                {"words": part.words, **_told(part.now, part.before, points=True)}
                for part in (parts if works_here else folded(parts))
            ]
            return request.answer(tx, {**_head(division, period, behind), "parts": told}, version=version)

    @endpoint(
        "GET",
        "/facts",
        roles=access.FACT_READERS,
        query=schemas.FactsQuery,
        answer=schemas.NewestFacts,
        summary="The newest facts in a division, of those areas the caller works in",
        tag="statistics",
        etag=True,
    )
    def list_facts(self, request: Request) -> Answer:
        """What happened last: kind, place and time, without a word of the dispute and without its parties.

        GET /facts?area=440305000000&limit=1

        200
        {"area": {"code": "440305000000", "name": "南山区"},
         "behind": {"state": "even", "events": 0, "kept": 0, "as_of": "2026-11-20T02:42:00+00:00", "oldest_at": null,
                    "unknown_since": null, "reason": null},
         "facts": [{"event_id": "01936f00-0000-7000-8000-00000000000a",
                    "dispute_id": "01936f00-0000-7000-8000-00000000000b", "type": "dispute.resolved",
                    "area": {"code": "440305001012", "name": "星海名城社区居委会"}, "category": "parking",
                    "relation": "owner_property", "time": "2026-11-20T02:21:00+00:00"}]}
        """
        with self.database.transaction(access.eyes(request.actor)) as tx:
            division = _division(tx, request.query["area"])
            behind = self._behind()
            version = _version(tx, request, behind)
            if _is_known(request, version):
                return request.answer(tx, None, version=version)
            facts = store.list_newest_facts(tx, division.code, request.query["limit"])
            return request.answer(tx, {"area": division, "behind": behind, "facts": facts}, version=version)


def _today(request: Request) -> date:
    return local_day(request.now)


def _by_days(request: Request) -> bool:
    """Whether a period is asked for that is no year."""
    return request.query["first_day"] is not None or request.query["last_day"] is not None


def _period(request: Request) -> Period:
    return period_of(**request.query, today=_today(request))


def _division(tx: Transaction, code: str) -> Division:
    division = store.find_division(tx, code)
    if division is None:
        raise NotFound(f"no division {code}; GET /divisions of members lists those there are")
    return division


def _version(tx: Transaction, request: Request, behind: Behind) -> int:
    """The ETag of every answer. Both numbers only grow, so their sum is another one as soon as a figure has changed or
    a new day has begun, to which "this year" then reaches. How far behind it is may change while no figure does, and
    back again.

    It is read before the figures: what changes in between is told by the next answer, never kept back.
    """
    return (store.get_change_number(tx) + _today(request).toordinal()) << 32 | behind.mark


def _is_known(request: Request, version: int) -> bool:
    known = request.call.if_none_match
    return known is not None and is_current(known, f'"{version}"')


def _sums(tx: Transaction, division: Division, period: Period) -> dict[str, dict[str, Figures]]:
    return store.sum_by_branch(tx, division.code, {"now": period, "before": period.year_before()})


def _head(division: Division, period: Period, behind: Behind) -> dict[str, Any]:
    return {"area": division, "period": period, "period_year_before": period.year_before(), "behind": behind}


def _told(now: Figures, before: Figures, *, points: bool) -> dict[str, Any]:
    return {
        "figures": _shown(now, points=points),
        "year_over_year": {
            "accepted": {"now": now.accepted, "year_before": before.accepted},
            "change_percent": change_percent(before, now),
            "figures_year_before": _shown(before, points=points),
        },
    }


def _shown(figures: Figures, *, points: bool) -> dict[str, Any]:
    return {
        **asdict(figures),
        "average_days_to_resolve": figures.average_days_to_resolve,
        "satisfaction": figures.satisfaction(with_points=points),
    }
