"""Recounts everything from its sources, as `linli verify` does.

`python -m bench.flat_cost.verifying URLS`

URLS is JSON: a database's address for each service. Prints JSON: seconds, the most memory it held in MB, and each
difference.
"""

import json
import resource
import sys
import time

from chassis.database import Database
from linli import verification


def main(urls: str) -> None:
    databases = {
        service: Database(url, service=service, process="bench", size=2) for service, url in json.loads(urls).items()
    }
    begun = time.perf_counter()
    differences = [
        f"{check.name}: {one}"
        for check in verification.checks(databases, lambda what: None, {})
        for one in check.differences
    ]
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - begun, "most_mb": most_mb, "differences": differences}))


if __name__ == "__main__":
    main(*sys.argv[1:])
