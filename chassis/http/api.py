"""What every service answers besides its own subject: its documentation, its health, its metrics."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from chassis import metrics
from chassis.errors import LinliError, NotFound
from chassis.http import openapi, pages, problems
from chassis.http.answer import HTML, Answer
from chassis.http.behind import BehindSources
from chassis.http.entrypoint import OWN, PUBLIC, endpoint
from chassis.http.request import Request
from chassis.release import release


class ChassisApi:
    """A service class inherits this beside its slices."""

    readiness: Any = MappingProxyType({})
    """What must hold before requests may come: name → a call that raises when it does not; often a provider's."""

    behind: Any = None
    """What says how far behind its sources the service is (chassis.behind.watch.Sources); None where it hears none."""

    @endpoint("GET", "/healthz", roles=PUBLIC, tag=OWN, summary="The process is alive", workerless=True)
    def show_health(self, request: Request) -> Answer:
        """Answers as long as the process turns its event loop; asks nothing of anything else. The header Server names
        the version that runs.

        GET /healthz

        200
        {"status": "alive"}
        """
        answer = request.answer(None, {"status": "alive"})
        return replace(answer, headers=(*answer.headers, ("Server", f"linli/{release()}")))

    @endpoint("GET", "/readyz", roles=PUBLIC, tag=OWN, summary="Requests may come")
    def show_readiness(self, request: Request) -> Answer:
        """Runs the service's readiness checks: the database answers, queues match, consumers listen.

        503 with a line for each check that fails.

        GET /readyz

        200
        {"status": "ready"}
        """
        failing = [line for name, check in self.readiness.items() if (line := _failure(name, check))]
        if failing:
            raise problems.NotReady(failing)
        return request.answer(None, {"status": "ready"})

    @endpoint(
        "GET",
        "/behind",
        roles=PUBLIC,
        tag=OWN,
        answer=BehindSources,
        summary="How far this service is behind the facts it hears",
    )
    def show_behind(self, request: Request) -> Answer:
        """About so many facts of each source are told and not in effect here, and until when all are.

        `even`: nothing older than ten seconds is missing. `unknown`: for ten seconds nobody could say, as the broker
        did not answer, the source's relay was silent, or nobody consumed. A service that is behind is ready all the
        same: /readyz says nothing of it.

        GET /behind

        200
        {"sources": [{"source": "grievances", "state": "behind", "events": 1000000, "unsent": 0, "queued": 999000,
                      "in_hand": 1000, "kept": 0, "as_of": "2026-11-20T02:42:00+00:00",
                      "oldest_at": "2026-11-20T02:42:00+00:00", "unknown_since": null, "reason": null}]}
        """
        return request.answer(None, {"sources": [] if self.behind is None else self.behind.all()})

    @endpoint(
        "GET", "/metrics", roles=PUBLIC, tag=OWN, summary="Metrics for Prometheus", media="text/plain", workerless=True
    )
    def show_metrics(self, request: Request) -> Answer:
        """The catalogue is in docs/operating/metrics.md."""
        body, content_type = metrics.exposition()
        return Answer(200, (("Content-Type", content_type),), body)

    @endpoint("GET", "/openapi.json", roles=PUBLIC, tag=OWN, summary="This interface as OpenAPI 3.1")
    def show_openapi(self, request: Request) -> Answer:
        """What generators and test tools read."""
        return request.answer(None, openapi.document(_class_of(self)))

    @endpoint("GET", "/docs", roles=PUBLIC, tag=OWN, summary="This interface as a page", media=HTML)
    def show_docs(self, request: Request) -> Answer:
        """What an integrator reads; needs nothing from elsewhere."""
        return pages.documentation(openapi.document(_class_of(self)))

    @endpoint("GET", "/problems", roles=PUBLIC, tag=OWN, summary="All kinds of problems", media=HTML)
    def list_problems(self, request: Request) -> Answer:
        """Every `type` a problem detail can carry."""
        return pages.all_problems()

    @endpoint("GET", "/problems/<slug>", roles=PUBLIC, tag=OWN, summary="What a problem means", media=HTML)
    def show_problem(self, request: Request, slug: str) -> Answer:
        """The page that a problem detail's `type` points to: what it means and what would be right."""
        kind = next((kind for kind in problems.ALL if kind.slug == slug), None)
        if kind is None:
            raise NotFound("there is no problem of this name; /problems lists all")
        return pages.one_problem(kind)


def _failure(name: str, check: Callable[[], object]) -> str | None:
    try:
        check()
    except LinliError as error:
        return f"{name}: {error}"
    except Exception as error:
        # Whoever may ask is not to read what a library says of hosts and logins.
        return f"{name}: {type(error).__name__}"
    return None


def _class_of(service: object) -> Any:
    return type(service)
