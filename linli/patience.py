"""What looks at everything takes as long as there is much: the time-outs of a service's requests are not for it."""

from chassis.database import Transaction


def take_time(tx: Transaction) -> None:
    """From now on in this transaction no statement is too long, nor the pause between two, and all is read to its end.

    Two databases that are read side by side wait for each other: while one sorts, the other's transaction stands idle.
    A cursor is planned for its first tenth, and what is in an envelope PostgreSQL takes for little: by nested loops,
    looking at everything would grow with the square of it.
    """
    tx.execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; "
        "SET LOCAL cursor_tuple_fraction = 1; SET LOCAL enable_nestloop = off"
    )
