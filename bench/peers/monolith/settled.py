"""Makes the monolith's tables and settles people: `python -m bench.peers.monolith.settled CODES`.

CODES is a file with a JSON list of division codes. Each gets a grid of three places, a leader at each of the four
levels, and a mediator in its register; prints, as one line of JSON, a place for each, with tokens of who acts there.
"""

# ruff: noqa: E402 - Django is set up before its models are imported
import json
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from bench.peers.monolith.disputes.models import Account, Appointment, Division, GridUnit, Leader, Role

PLACES = (("community", "社区"), ("compound", "星海名城"), ("building", "3栋"))
LEVELS = ("community", "compound", "building", "household")
ACTING = (Role.RESIDENT, Role.OFFICER, Role.MEDIATOR)


def settled(code: str) -> dict[str, str]:
    area = Division.objects.create(code=code)
    units = _grid(area)
    # The building's leader and that of its households answer for one and the same place.
    for level, unit in zip(LEVELS, [*units, units[-1]], strict=True):
        Leader.objects.create(grid_unit=unit, level=level, account=_account(f"leader-{level}", Role.LEADER, code))
    people = {role: _account(role, role, code) for role in ACTING}
    term_ends_on = timezone.localdate() + timedelta(days=3 * 365)
    Appointment.objects.create(account=people[Role.MEDIATOR], area=area, term_ends_on=term_ends_on)
    return {
        "area": code,
        "mediator_id": people[Role.MEDIATOR].username,
        "grid_unit_id": str(units[-1].pk),
        "resident": _token(people[Role.RESIDENT]),
        "officer": _token(people[Role.OFFICER]),
        "mediator": _token(people[Role.MEDIATOR]),
    }


def _grid(area: Division) -> list[GridUnit]:
    units: list[GridUnit] = []
    for kind, label in PLACES:
        unit = GridUnit(area=area, kind=kind, label=label)
        unit.path = [above.pk for above in units] + [unit.pk]
        unit.save()
        units.append(unit)
    return units


def _account(name: str, role: str, area: str) -> Account:
    return Account.objects.create(username=f"{name}-{area}", password="!", role=role, area=area)


def _token(account: Account) -> str:
    return str(AccessToken.for_user(account))


def main(codes: str) -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    with transaction.atomic():
        places = [settled(code) for code in json.loads(Path(codes).read_text("utf-8"))]
    print(json.dumps(places))


if __name__ == "__main__":
    main(*sys.argv[1:])
