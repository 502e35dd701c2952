"""What looks at everything takes as long as there is much: the time-outs of a service's requests are not for it."""

from chassis.database import Transaction


def take_time(tx: Transaction) -> None:
    """From now on in this transaction no statement is too long, and none between two statements.

    Two databases that are read side by side wait for each other: while one sorts, the other's transaction stands idle.
    """
    tx.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
