"""What an operator does from the command line goes into the same audit chain as what is done over HTTP."""

import getpass

from chassis import audit
from chassis.audit import Kind
from chassis.database import Transaction

LONGEST_THING = 200


def note(tx: Transaction, action: str, thing: str, *, kind: Kind = "command") -> None:
    """One row under the account that runs the command, in the transaction of what it does."""
    audit.record(tx, f"operator:{getpass.getuser()}", action, thing[:LONGEST_THING], kind=kind)
