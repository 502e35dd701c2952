"""What each process of `linli up` holds in memory while nothing is asked of it.

RSS, which charges every process with the whole of the libraries that they share.
"""

import time

import psutil

from bench.ground import Ground
from bench.results import Results
from bench.rounds import Scale, Tell

IDLE_S = 3.0


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    tell.begin("starting everything")
    names = [program.name for program in stage.deployment().programs()]
    tell.begin("idle memory")
    time.sleep(IDLE_S)
    found = {name: psutil.Process(stage.supervisor.pid(name)).memory_info().rss / 2**20 for name in names}
    for name, size_mb in found.items():
        tell.found(f"idle memory of {name}", size_mb, "MB")
    return {"memory_mb": found}
