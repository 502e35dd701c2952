"""PostgreSQL: a bounded pool, one way to commit, and SQL that lives in files.

The only module that imports psycopg2. It runs in blocking processes (relay, command line) and, after `wait_with`, in
green ones (services) without a change.
"""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosql
import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
from psycopg2.extensions import STATUS_SETUP, TRANSACTION_STATUS_IDLE

from chassis import metrics
from chassis.errors import Conflict, DatabaseTooSlow, DatabaseUnavailable, LinliError, Misconfigured
from chassis.statements import Statement, Statements

log = logging.getLogger(__name__)

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]
psycopg2.extensions.register_adapter(
    dict, lambda value: psycopg2.extras.Json(value, dumps=lambda v: json.dumps(v, ensure_ascii=False, default=str))
)


class Connection(psycopg2.extensions.connection):
    """A connection to PostgreSQL. `begin` is sent with the next statement, whoever makes it."""

    begin = b""
    statements: Statements
    prepared: set[str]

    def ready(self, sql: str) -> Statement | None:
        """The statement of this text, prepared on this connection; None for what cannot be prepared.

        The first time costs a round trip of its own.
        """
        statement = self.statements.find(sql)
        if statement is not None and statement.name not in self.prepared:
            self._prepare(statement)
        return statement

    def _prepare(self, statement: Statement) -> None:
        with self.cursor(cursor_factory=_Cursor) as cursor:
            cursor.execute(statement.preparation())
            # Prepared whatever becomes of the transaction: PostgreSQL does not take it back.
            self.prepared.add(statement.name)
            if statement.types is None:
                cursor.execute(
                    "SELECT parameter_types::text [] AS types FROM pg_prepared_statements WHERE name = %s",
                    (statement.name,),
                )
                [(types,)] = cursor.fetchall()
                statement.learn(types)


_HOT: set[str] = set()
"""Texts of queries that are prepared; see `load_queries`."""


class _Cursor(psycopg2.extensions.cursor):
    """Sends the connection's `begin` in the round trip of its first statement."""

    connection: Connection

    def execute(self, query: Any, parameters: Any = None) -> None:
        if query in _HOT and (statement := self.connection.ready(query)) is not None:
            query, parameters = statement.call, statement.values(parameters)
        if self.connection.begin:
            # Filled in before it counts as begun: what cannot be filled in is not sent.
            query, parameters = self.connection.begin + self.mogrify(query, parameters), None
            self.connection.begin = b""
        super().execute(query, parameters)

    def executemany(self, *arguments: Any) -> None:
        self._begin()
        super().executemany(*arguments)

    def copy_expert(self, *arguments: Any) -> None:
        self._begin()
        super().copy_expert(*arguments)

    def callproc(self, *arguments: Any) -> None:
        self._begin()
        super().callproc(*arguments)

    def _begin(self) -> None:
        if self.connection.begin:
            self.execute("SELECT")


class _RowsCursor(psycopg2.extras.NamedTupleCursor, _Cursor):
    """Gives rows as named tuples."""


TIMEOUTS_MS = {"statement_timeout": 15_000, "lock_timeout": 5_000, "idle_in_transaction_session_timeout": 60_000}

CONNECT_S = 5
SILENCE_S = 20
"""Longer than any statement may run: after this the server is taken for gone."""

IN_THE_WAY = (psycopg2.errors.LockNotAvailable, psycopg2.extensions.TransactionRollbackError)
TRY_AGAIN = (psycopg2.errors.QueryCanceled, *IN_THE_WAY)
OUTAGES = ("08", "28", "53", "57", "58")
"""SQLSTATE classes: connection, authorisation, resources, operator intervention, system. Without one: the socket."""


@dataclass(frozen=True)
class Access:
    """Whose eyes a transaction sees with; row security policies read it as `linli.actor` and `linli.areas`.

    `areas` are division-code prefixes; the empty prefix sees everything. No areas: nothing but one's own.
    """

    actor: str
    areas: tuple[str, ...]

    def __post_init__(self) -> None:
        # They reach SQL as one text with commas: an empty part of it would match every area.
        if wrong := [area for area in self.areas if area and not (area.isascii() and area.isdigit())]:
            raise ValueError(f"areas are prefixes of division codes, for example 440305001, not {wrong}")


_EYES = "SELECT set_config('linli.actor', %s, true), set_config('linli.areas', %s, true)"

SYSTEM = Access(actor="system", areas=("",))
"""Consumers, timers and operators' commands: no person stands behind them."""


class Transaction:
    """One open transaction. Only `Database.transaction` makes and ends it."""

    def __init__(self, connection: Connection, service: str) -> None:
        self.connection = connection
        self.service = service
        # One for all that gives no rows; making one costs as much as filling in a statement.
        self._cursor = connection.cursor(cursor_factory=_Cursor)
        self._last_words: list[bytes] = []
        self._after_commit: list[Callable[[], None]] = []

    def at_commit(self, sql: str, parameters: Any) -> None:
        """Send this statement in the round trip of the COMMIT; if it fails, the whole transaction does.

        It is prepared: its text is a constant, and PostgreSQL must be able to tell the type of each parameter.
        """
        if (statement := self.connection.ready(sql)) is not None:
            sql, parameters = statement.call, statement.values(parameters)
        self._last_words.append(self._cursor.mogrify(sql, parameters))

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the commit has succeeded. It must not raise: the facts are already true."""
        self._after_commit.append(call)

    def rows(self, sql: str, parameters: Any = None) -> list[Any]:
        """Run one query of the chassis itself; services name theirs in queries.sql."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            # An empty description is a row without columns, as in SELECT FROM t.
            return cursor.fetchall() if cursor.description is not None else []

    def execute(self, sql: str, parameters: Any = None) -> int:
        """Run one statement of the chassis itself and give the number of rows it touched."""
        self._cursor.execute(sql, parameters)
        return self._cursor.rowcount

    def stream(self, sql: str, parameters: Any = None, page: int = 5000) -> Iterator[Any]:
        """Rows of a query as they stand at this moment, fetched page by page: memory stays flat."""
        name = f"stream_{uuid4().hex}"
        with self.connection.cursor() as cursor:
            # Not psycopg2's own named cursor: it wants its own transactions, ours are begun by word.
            cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}", parameters)
        return self._pages(name, page)

    def _pages(self, name: str, page: int) -> Iterator[Any]:
        while rows := self.rows(f"FETCH FORWARD {page} FROM {name}"):
            yield from rows

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo just what happens inside when it raises; the exception goes on.

        What was said inside for the commit is sent at the end of the block, so that its failure, too, is the block's.
        """
        waiting, calls = len(self._last_words), len(self._after_commit)
        self.execute("SAVEPOINT step")
        try:
            yield
            # Fails when a statement inside did and nobody let it pass on.
            self._say([*self._last_words[waiting:], b"RELEASE SAVEPOINT step"])
            del self._last_words[waiting:]
        except Exception:
            self.execute("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")
            del self._last_words[waiting:], self._after_commit[calls:]
            raise

    def _begin(self, access: Access) -> None:
        """Begin with the first statement: a round trip of its own would hold nothing but this."""
        seen = ",".join(access.areas) if "" not in access.areas else "*"
        statement = self.connection.ready(_EYES)
        assert statement is not None
        self.connection.begin = self._cursor.mogrify(f"BEGIN; {statement.call};", (access.actor, seen))

    def _commit(self) -> None:
        if self.connection.begin and not self._last_words:
            self.connection.begin = b""
        elif self._say([*self._last_words, b"COMMIT"]) != "COMMIT":
            raise LinliError("the transaction had failed before its commit; nothing was kept")

    def _say(self, statements: Sequence[bytes]) -> str | None:
        """All in one round trip; what became of the last one."""
        self._cursor.execute(b";".join(statements))
        return self._cursor.statusmessage

    def _tell(self) -> None:
        for call in self._after_commit:
            call()


class Database:
    """A service's own database behind a pool of at most `size` connections.

    A caller that finds none free waits `wait_s`, then gets DatabaseUnavailable. A connection interrupted in the middle
    of anything (a time-out, a killed greenlet) is thrown away, never reused.
    """

    def __init__(
        self, url: str, *, service: str, size: int = 10, wait_s: float = 5.0, process: str = "service"
    ) -> None:
        self.url = url
        self.service = service
        self._wait_s = wait_s
        self._application = f"linli:{service}:{process}"
        self._servers = Servers(url)
        self._statements = Statements()
        self._free = threading.BoundedSemaphore(size)
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self, access: Access = SYSTEM) -> Iterator[Transaction]:
        """The only place that commits: all of the block or nothing of it.

        Raises DatabaseUnavailable when PostgreSQL cannot be reached, goes away, or no connection is free in time;
        Conflict when a row of the same key is already there. What the block raises goes on after the rollback.
        """
        with self._connection() as connection, translated(connection):
            transaction = Transaction(connection, self.service)
            transaction._begin(access)
            yield transaction
            transaction._commit()
        transaction._tell()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with metrics.POOL_WAIT.time():
            if not self._free.acquire(timeout=self._wait_s):
                raise DatabaseUnavailable(f"no free database connection of {self.service} within {self._wait_s} s")
        connection: Connection | None = None
        try:
            connection = self._idle.pop() if self._idle else self._connect()
            yield connection
            self._give_back(connection)
        except Exception:
            if connection is not None:
                _rolled_back(connection)
                self._give_back(connection)
                if connection.closed:
                    # What took this one (a restart, a failover) has taken the idle ones with it.
                    self.close()
            raise
        except BaseException:
            # A greenlet's kill or time-out can strike in mid-query: what comes next on this socket is unknown.
            if connection is not None:
                connection.close()
            raise
        finally:
            self._free.release()

    def _connect(self) -> Connection:
        connection = self._servers.connect(application_name=self._application, settings=TIMEOUTS_MS)
        connection.statements = self._statements
        return connection

    def _give_back(self, connection: Connection) -> None:
        if not connection.closed:
            self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle; connections in use are closed by their users' end."""
        while self._idle:
            self._idle.pop().close()


class Servers:
    """The servers that a database's URL names, as libpq spells several: `host:port,host:port`.

    The one that last let us in is asked first. Of several only one that can be written to is taken: the others are its
    standbys.

    libpq would go through them by itself, but without its time-outs where greenlets wait for it (`wait_with`).
    """

    def __init__(self, url: str) -> None:
        """Raises Misconfigured for what libpq cannot read."""
        self._url = url
        try:
            given = psycopg2.extensions.parse_dsn(url)
        except psycopg2.ProgrammingError:
            # Without the value, and without libpq's words, which repeat parts of it: it may be a password.
            raise Misconfigured("the database's address must be like postgresql://linli:password@db/linli") from None
        hosts, ports = given.get("host", "").split(","), given.get("port", "").split(",")
        several = {"target_session_attrs": given.get("target_session_attrs", "read-write")}
        self._servers: list[dict[str, str]] = [{}]
        if len(hosts) > 1 and len(ports) in (1, len(hosts)):
            ports = ports if len(ports) > 1 else ports * len(hosts)
            self._servers = [{"host": host, "port": port, **several} for host, port in zip(hosts, ports, strict=True)]
        self._last = 0

    def connect(self, *, application_name: str = "linli", settings: dict[str, Any] | None = None) -> Connection:
        """One connection in autocommit mode (transactions are begun by word). Raises DatabaseUnavailable.

        `settings` become server settings of the session, for example {"role": "members_owner"}. Instants come back in
        UTC, whatever the server's own time zone is.
        """
        refusals: list[Exception] = []
        for here in (*range(self._last, len(self._servers)), *range(self._last)):
            try:
                connection = _connected(self._url, self._servers[here], application_name, settings or {})
            except (psycopg2.OperationalError, Silence) as error:
                refusals.append(error)
            else:
                self._last = here
                return connection
        told = "; ".join(str(error).strip() for error in refusals)
        raise DatabaseUnavailable(f"PostgreSQL does not answer: {told}") from refusals[-1]


def connect(url: str, *, application_name: str = "linli", settings: dict[str, Any] | None = None) -> Connection:
    """One connection to a server of this URL. As `Servers.connect`."""
    return Servers(url).connect(application_name=application_name, settings=settings)


def _connected(url: str, server: dict[str, str], application_name: str, settings: dict[str, Any]) -> Connection:
    options = " ".join(f"-c {name}={value}" for name, value in {"timezone": "UTC", **settings}.items())
    connection = psycopg2.connect(
        url,
        application_name=application_name,
        options=options,
        connect_timeout=CONNECT_S,
        connection_factory=Connection,
        cursor_factory=_RowsCursor,
        tcp_user_timeout=SILENCE_S * 1000,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        **server,
    )
    connection.autocommit = True
    connection.statements, connection.prepared = Statements(), set()
    return connection


def prepared(sql: str) -> str:
    """The same text, from now on prepared once a connection wherever it is executed with parameters."""
    _HOT.add(sql)
    return sql


def load_queries(directory: str | Path, *, prepared: Collection[str] = ()) -> Any:
    """The named queries of `queries.sql` in this directory: methods that take `tx.connection` and their parameters.

    `prepared` names those on a hot path that are planned once a connection; not for one that narrows by what may be
    null, which is better planned for its very values. A query without a purpose line, or one that does not parse, stops
    the import.
    """
    queries = aiosql.from_path(Path(directory) / "queries.sql", "psycopg2")
    _HOT.update(getattr(queries, name).sql for name in prepared)
    return queries


class Silence(Exception):
    """PostgreSQL said nothing for longer than any statement may take: it is frozen, or cut off."""


Wait = Callable[[int, int, Silence], None]
"""Waits for a descriptor, at most so many seconds, then raises what it was given."""


def wait_with(readable: Wait, writable: Wait) -> None:
    """Let every connection of this process wait through these two, so that other greenlets run meanwhile.

    libpq's own time-outs do not hold then, so ours do: psycopg2 closes a connection whose wait raises.
    """

    def wait(connection: Connection) -> None:
        seconds = CONNECT_S if connection.status == STATUS_SETUP else SILENCE_S
        while True:
            state = connection.poll()
            if state == psycopg2.extensions.POLL_OK:
                return
            silence = Silence(f"no word from it for {seconds} s")
            if state == psycopg2.extensions.POLL_READ:
                readable(connection.fileno(), seconds, silence)
            else:
                writable(connection.fileno(), seconds, silence)

    psycopg2.extensions.set_wait_callback(wait)


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Turn psycopg2's errors into ours, so that no caller needs to know the driver.

    An error of the statement itself, which the same server would answer again, passes as it is.
    """
    try:
        yield
    except psycopg2.errors.UniqueViolation as error:
        raise Conflict(f"there is already a row of this key ({error.diag.constraint_name})") from error
    except TRY_AGAIN as error:
        raise DatabaseTooSlow(f"PostgreSQL could not finish in time: {str(error).strip()}") from error
    except (psycopg2.Error, Silence) as error:
        if not (connection.closed or isinstance(error, Silence) or _is_outage(error)):
            raise
        connection.close()
        raise DatabaseUnavailable(f"the connection to PostgreSQL was lost: {str(error).strip()}") from error


def is_in_the_way(error: Exception) -> bool:
    """Whether only another transaction's lock made this one fail: a wait too long, a deadlock, a serialisation."""
    return isinstance(error, IN_THE_WAY)


def _is_outage(error: psycopg2.Error) -> bool:
    """psycopg2 calls much operational, a deadlock and a value too long for an index among it.

    A server that has become read-only is a standby by now: the writable one is elsewhere.
    """
    if isinstance(error, psycopg2.errors.ReadOnlySqlTransaction):
        return True
    operational = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    return operational and (error.pgcode is None or error.pgcode[:2] in OUTAGES)


def _rolled_back(connection: Connection) -> None:
    """Roll back after an exception; a connection that cannot even do that is closed."""
    if connection.closed:
        return
    if connection.begin:
        connection.begin = b""
        return
    with suppress(psycopg2.Error):
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
        if connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
            return
    connection.close()
