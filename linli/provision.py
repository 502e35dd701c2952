"""Databases, roles and schema of the services, made by an administrator; services themselves may do none of this.

A service's schema belongs to `<service>_owner`, which nobody can log in as. The service logs in as `<service>`, which
may read and write rows and nothing else.
"""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import yoyo

import chassis
from chassis.database import Connection, connect
from chassis.errors import Misconfigured

NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")
# A migration waits shortly for its locks, so that it fails rather than queueing the whole service up behind it.
SESSION = {"lock_timeout": "10s", "statement_timeout": "15min", "idle_in_transaction_session_timeout": "5min"}


def provision(admin_url: str, service: str, password: str, database: str | None = None) -> None:
    """Make the service's two roles and its database, or set right what is there. Safe to repeat.

    `database` is another name for it, as test clones have. Raises DatabaseUnavailable, Misconfigured for a bad name.
    """
    database = database or service
    _check_names(service, database)
    with _admin(admin_url) as admin:
        for role, kind in ((f"{service}_owner", "NOLOGIN"), (service, "LOGIN")):
            if not _exists(admin, "SELECT FROM pg_roles WHERE rolname = %s", role):
                _run(admin, f"CREATE ROLE {role} {kind} NOCREATEDB NOCREATEROLE")
        _run(admin, f"ALTER ROLE {service} {_plain(admin)} LOGIN NOCREATEDB NOCREATEROLE PASSWORD %s", password)
        # An administrator who is no superuser acts for the owner only as its member.
        _run(admin, f"GRANT {service}_owner TO CURRENT_USER")
        if not _exists(admin, "SELECT FROM pg_database WHERE datname = %s", database):
            _run(admin, f"CREATE DATABASE {database} OWNER {service}_owner ENCODING 'UTF8' TEMPLATE template0")
    close_to_others(admin_url, service, database)


def close_to_others(admin_url: str, service: str, database: str) -> None:
    """Let only the service's login into its database, and into its tables only for rows."""
    _check_names(service, database)
    owner = f"{service}_owner"
    with _admin(_at(admin_url, database)) as admin:
        _run(admin, admission(service, database))
        _run(admin, f"ALTER SCHEMA public OWNER TO {owner}")
        _run(admin, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        _run(admin, f"GRANT USAGE ON SCHEMA public TO {service}")
        made_by_owner = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT"
        _run(admin, f"{made_by_owner} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}")
        _run(admin, f"{made_by_owner} USAGE ON SEQUENCES TO {service}")


def admission(service: str, database: str) -> str:
    """SQL that lets only the service's login in. A clone of its database needs no more than this again."""
    _check_names(service, database)
    return f"REVOKE ALL ON DATABASE {database} FROM PUBLIC; GRANT CONNECT ON DATABASE {database} TO {service}"


def migrate(admin_url: str, service: str, database: str | None = None) -> list[str]:
    """Apply what is missing of the chassis's migrations, then of the service's; give the names of those applied.

    Each runs in one transaction as the schema's owner, with `linli.service_role` set to the service's login. One at a
    time: a second migrate waits for the first. Raises Misconfigured when two migrations share a name.
    """
    database = database or service
    _check_names(service, database)
    with _admin(_at(admin_url, database)) as admin:
        # Released with the connection: a killed migrate blocks nobody, as yoyo's own lock table would.
        _run(admin, "SELECT pg_advisory_lock(hashtext('linli.migrate'))")
        applied = _apply(_as_owner(admin_url, service, database), migration_folders(service))
        _hide_records(admin, service)
    return applied


def migration_folders(service: str) -> list[Path]:
    """Where the service's schema comes from, in the order of application. Raises Misconfigured when there is none."""
    spec = importlib.util.find_spec(f"services.{service}")
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured(f"there is no service {service!r}: package services.{service} is not found")
    return [Path(chassis.__path__[0]) / "migrations", Path(spec.submodule_search_locations[0]) / "migrations"]


def service_url(admin_url: str, service: str, password: str, database: str | None = None) -> str:
    """Where the service itself connects."""
    return _at(admin_url, database or service, login=f"{service}:{quote(password, safe='')}")


def _apply(url: str, folders: list[Path]) -> list[str]:
    applied: list[str] = []
    _refuse_clashes(folders)
    backend = yoyo.get_backend(url)
    with closing(backend.connection):
        for folder in folders:
            for migration in backend.to_apply(yoyo.read_migrations(str(folder))):
                _apply_one(backend, migration)
                applied.append(migration.id)
    return applied


def _apply_one(backend: Any, migration: Any) -> None:
    """Apply a migration and note it, both or neither. yoyo does it in two transactions, and a kill between them would
    have the migration applied again; its apply_migrations also passes over a migration that it cannot read."""
    migration.load()
    if not migration.use_transactions:
        backend.apply_one(migration)
        return
    with backend.transaction():
        migration.process_steps(backend, "apply")
        backend.mark_one(migration, log=False)


def _refuse_clashes(folders: list[Path]) -> None:
    """yoyo knows a migration by its file's name alone and would take the second of a name for applied."""
    seen: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.sql"))):
        if path.name in seen:
            raise Misconfigured(f"{path} has the name of {seen[path.name]}; rename the newer one")
        seen[path.name] = path


def _hide_records(admin: Connection, service: str) -> None:
    """The service may see which migrations were applied, not change it."""
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE '%yoyo%'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {service}")


def _as_owner(admin_url: str, service: str, database: str) -> str:
    settings = SESSION | {"role": f"{service}_owner", "linli.service_role": service}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    parts = urlsplit(_at(admin_url, database))
    login, at, hosts = parts.netloc.rpartition("@")
    asked = {"options": options, **(_of_several(hosts) if "," in hosts else {})}
    query = "&".join(filter(None, [parts.query, urlencode(asked, quote_via=quote)]))
    netloc = f"{login}{at}" if "," in hosts else parts.netloc
    return urlunsplit(parts._replace(scheme="postgresql", netloc=netloc, query=query))


def _of_several(hosts: str) -> dict[str, str]:
    """Said to libpq beside the URL, which yoyo takes apart and knows one host of."""
    split = [urlsplit(f"//{host}") for host in hosts.split(",")]
    return {
        "host": ",".join(one.hostname or "" for one in split),
        "port": ",".join(str(one.port or 5432) for one in split),
        "target_session_attrs": "read-write",
    }


def _at(admin_url: str, database: str, login: str | None = None) -> str:
    """The same server, another database and perhaps another login."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(path=f"/{database}", netloc=f"{login}@{host}" if login else parts.netloc))


@contextmanager
def _admin(url: str) -> Iterator[Connection]:
    with closing(connect(url, application_name="linli:migrate")) as connection:
        yield connection


def _run(admin: Connection, sql: str, *parameters: str) -> None:
    with admin.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def _exists(admin: Connection, sql: str, *parameters: str) -> bool:
    with admin.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone() is not None


def _plain(admin: Connection) -> str:
    """Only a superuser may say (and therefore needs to) that a role is none."""
    return "NOSUPERUSER" if _exists(admin, "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper") else ""


def _check_names(*names: str) -> None:
    for name in names:
        if not NAME.fullmatch(name):
            raise Misconfigured(f"{name!r} cannot name a database or role; use a-z, 0-9 and _, beginning with a letter")
