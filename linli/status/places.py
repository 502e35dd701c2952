"""Where the parts of a deployment are asked: an instance in a data folder, or what the environment names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linli.embedded.ports import HOST
from linli.instance import Instance, Reach
from linli.services import CLASSES, WITH_DATABASE, publishers
from linli.status.judging import Help


@dataclass(frozen=True)
class Places:
    """`services` and `relays` are addresses over HTTP; of a deployment, those that the environment names."""

    where: str
    reach: Reach
    services: Mapping[str, str]
    relays: Mapping[str, str]
    help: Help
    instance: Instance | None = None

    @classmethod
    def find(cls, data: Path) -> "Places":
        """As Reach.find. <SERVICE>_URL and <SERVICE>_RELAY_URL name the services, and where relays answer /metrics.

        Raises Misconfigured when only some databases are named, or nothing runs in the folder.
        """
        reach = Reach.find(data)
        if _is_named():
            services = {name: url for name in CLASSES if (url := os.environ.get(f"{name.upper()}_URL"))}
            relays = {name: url for name in publishers() if (url := os.environ.get(f"{name.upper()}_RELAY_URL"))}
            return cls("the deployment that the environment names", reach, services, relays, Help())
        instance = Instance.at(data)
        return cls(
            f"the instance in {instance.data}",
            reach,
            {name: instance.http_url(name) for name in CLASSES},
            {name: f"http://{HOST}:{instance.ports.relay_metrics(name)}" for name in publishers()},
            Help(data),
            instance,
        )


def _is_named() -> bool:
    return any(os.environ.get(f"{name.upper()}_DATABASE_URL") for name in WITH_DATABASE)
