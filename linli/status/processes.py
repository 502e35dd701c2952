"""Services and relays, asked over HTTP; on this machine, also the processes themselves."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import requests

from chassis.errors import LinliError
from linli.embedded.process import recall
from linli.status.seen import Service

TIMEOUT_S = (2.0, 4.0)
"""To connect, and between two bytes of an answer."""

_SAMPLE = re.compile(r"^(\w+)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


def look_at_service(name: str, url: str, process: psutil.Process | None) -> Service:
    """Never raises for a service that does not answer: that is what is seen then."""
    uptime_s, memory_bytes = _of_process(process)
    seen = Service(name, False, uptime_s=uptime_s, memory_bytes=memory_bytes, pid=process.pid if process else None)
    try:
        alive = requests.get(f"{url}/healthz", timeout=TIMEOUT_S)
        told = metrics_of(url) if process is None else {}
    except requests.RequestException as error:
        return replace(seen, trouble=[_why(url, error)])
    version = alive.headers.get("Server", "").removeprefix("linli/") or None
    seen = replace(seen, reachable=True, version=version, **_readiness(url))
    if process is None:
        started, memory = (told.get(f"process_{what}") for what in ("start_time_seconds", "resident_memory_bytes"))
        return replace(seen, uptime_s=_since(started), memory_bytes=_whole(memory))
    return seen


def _readiness(url: str) -> dict[str, Any]:
    try:
        ready = requests.get(f"{url}/readyz", timeout=TIMEOUT_S)
        behind = requests.get(f"{url}/behind", timeout=TIMEOUT_S)
    except requests.RequestException:
        return {"trouble": ["it is alive and /readyz does not answer in time: it waits for its database"]}
    unsure_of = {
        source["source"]: source["reason"] for source in _field(behind, "sources") or [] if source["state"] == "unknown"
    }
    return {"ready": ready.ok, "trouble": [] if ready.ok else _reasons(ready), "unsure_of": unsure_of}


def look_at_relay(url: str) -> dict[str, float]:
    """What it counts. Raises LinliError when it does not answer."""
    try:
        return metrics_of(url)
    except requests.RequestException as error:
        raise LinliError(_why(url, error)) from error


def metrics_of(url: str) -> dict[str, float]:
    """Each metric's sum over its labels; {} where /metrics is not answered. Raises requests.RequestException."""
    answer = requests.get(f"{url}/metrics", timeout=TIMEOUT_S)
    found: dict[str, float] = {}
    for name, value in _SAMPLE.findall(answer.text if answer.ok else ""):
        found[name] = found.get(name, 0.0) + float(value)
    return found


def process_of(run_folder: Path, name: str) -> psutil.Process | None:
    """A supervised process of this machine by its pid file; None when it does not run."""
    return recall(run_folder / f"{name}.pid")


def memory_of(process: psutil.Process | None) -> int | None:
    return _of_process(process)[1]


def _of_process(process: psutil.Process | None) -> tuple[float | None, int | None]:
    if process is None:
        return None, None
    try:
        return time.time() - process.create_time(), int(process.memory_info().rss)
    except psutil.Error:
        return None, None


def _reasons(answer: requests.Response) -> list[str]:
    errors = _field(answer, "errors") or []
    return [str(one["detail"]) for one in errors] or [f"/readyz answers {answer.status_code}"]


def _field(answer: requests.Response, name: str) -> Any:
    try:
        told = answer.json()
    except ValueError:
        return None
    return told.get(name) if isinstance(told, Mapping) else None


def _why(url: str, error: requests.RequestException) -> str:
    if isinstance(error, requests.ReadTimeout):
        return f"{url} takes connections and does not answer"
    return f"{url} does not answer" if isinstance(error, requests.Timeout) else f"nobody listens at {url}"


def _since(instant: float | None) -> float | None:
    return None if instant is None else max(time.time() - instant, 0.0)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
