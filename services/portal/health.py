"""What the platform asks: whether the process is alive and whether people may come; and what is counted for it."""

from time import perf_counter

from flask import Blueprint, Flask, Response, g, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from chassis import metrics
from chassis.release import release

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def alive() -> AnyResponse:
    """The header Server names the version that runs.

    GET /healthz
    200 {"status": "alive"}
    """
    answer = jsonify(status="alive")
    answer.headers["Server"] = f"linli/{release()}"
    return answer


@pages.get("/readyz")
def ready() -> AnyResponse:
    """The portal is ready as soon as it listens: while a service it asks is down, its pages say so and wait.

    GET /readyz
    200 {"status": "ready"}
    """
    return jsonify(status="ready")


def measure(app: Flask) -> None:
    """Count every request by its route; of a stream, the time until it is open."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "(none)"
        method = request.method if request.method in METHODS else "other"
        labels = (route, method, str(response.status_code))
        metrics.labelled(metrics.HTTP_SECONDS, *labels).observe(perf_counter() - g.get("began", perf_counter()))
        return response
