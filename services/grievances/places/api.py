"""What grievances hears from members: where disputes can lie."""

from collections.abc import Sequence

from chassis.consumer import subscribe
from chassis.database import Transaction
from chassis.envelope import Event
from services.grievances.places import handlers, schemas


class PlacesApi:
    """Keeps the service's own copy of divisions and grid units."""

    @subscribe("members", "division.registered", batch=True, schema=schemas.DivisionRegistered)
    def learn_divisions(self, tx: Transaction, events: Sequence[Event]) -> None:
        """`division.registered` {"code": "440305001012", "name": "星海名城", …} → one row kept."""
        handlers.learn_divisions(tx, events)

    @subscribe("members", "grid_unit.registered", batch=True, schema=schemas.GridUnitRegistered)
    def learn_grid_units(self, tx: Transaction, events: Sequence[Event]) -> None:
        """`grid_unit.registered` {"grid_unit_id": "01936f00-…", "kind": "building", "path": "/…/…"} → one row kept."""
        handlers.learn_grid_units(tx, events)
