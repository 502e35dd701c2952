"""SQL functions of a fill: what is drawn, ids and texts, the audit chain. A database has them while it is filled."""

from chassis.database import Connection

_MAKE = """
CREATE OR REPLACE FUNCTION fill_pick(n bigint, salt bigint, choices bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, salt + {seed} * 1000) & 9223372036854775807) % choices;

CREATE OR REPLACE FUNCTION fill_share(n bigint, salt bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, salt + {seed} * 1000) & 9007199254740991) / 9007199254740992.0::double precision;

-- From `soonest` to `latest`, sooner more often than later; so many of all take up to `late` hours more.
CREATE OR REPLACE FUNCTION fill_hours(
    n bigint, salt bigint, soonest double precision, latest double precision, share_late double precision,
    late double precision
) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN make_interval(secs => 3600 * (
    soonest + (latest - soonest) * fill_share(n, salt) * fill_share(n, salt)
    + CASE WHEN fill_share(n, salt + 1) < share_late THEN late * fill_share(n, salt + 2) ELSE 0 END
));

-- Of version 7: its instant first.
CREATE OR REPLACE FUNCTION fill_id(at timestamptz, what text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN overlay(overlay(
    lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || substr(md5('{seed}' || what), 1, 20)
    PLACING '7' FROM 13 FOR 1
) PLACING '8' FROM 17 FOR 1)::uuid;

-- An instant as facts have it, without its zone.
CREATE OR REPLACE FUNCTION fill_text(at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US');

CREATE OR REPLACE FUNCTION fill_days(earlier timestamptz, later timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (later AT TIME ZONE 'Asia/Shanghai')::date - (earlier AT TIME ZONE 'Asia/Shanghai')::date;

CREATE OR REPLACE FUNCTION fill_reason(ending text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE ending WHEN 'refused' THEN 'before_authority' WHEN 'terminated' THEN 'no_agreement' END;

CREATE OR REPLACE FUNCTION fill_traceparent(event_id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '00-' || md5(event_id::text) || '-' || substr(md5(event_id::text), 9, 16) || '-00';

-- What of an audit row is hashed: as seal_audit has it.
CREATE OR REPLACE FUNCTION fill_payload(
    at timestamptz, kind text, actor_id text, action text, thing text, area text, trace_id text
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN audit_field((extract(epoch FROM at) * 1000000)::bigint::text) || audit_field(kind) || audit_field(actor_id)
    || audit_field(action) || audit_field(thing) || audit_field(area) || audit_field(NULL) || audit_field(trace_id);

CREATE OR REPLACE FUNCTION fill_link(before bytea, payload text, head bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(coalesce(before, head) || convert_to(payload, 'UTF8'));

CREATE OR REPLACE AGGREGATE fill_chained(text, bytea) (SFUNC = fill_link, STYPE = bytea);
"""

_DROP = """
SELECT format(
    'DROP %s IF EXISTS %s CASCADE', CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, oid::regprocedure
) AS text
FROM pg_proc WHERE proname ^@ 'fill_' ORDER BY prokind
"""

_DROP_TABLES = """
SELECT format('DROP TABLE %I', relname) AS text FROM pg_class WHERE relname ^@ 'fill_' AND relkind = 'r'
"""

SETTINGS = """
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
SET work_mem = '512MB';
SET temp_buffers = '128MB';
SET max_parallel_maintenance_workers = 2;
"""


def make(connection: Connection, seed: int) -> None:
    """Take away what an interrupted fill left, and make them anew."""
    drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS + _MAKE.format(seed=seed))


def drop(connection: Connection) -> None:
    """Tables of the fill as well."""
    with connection.cursor() as cursor:
        for found in (_DROP_TABLES, _DROP):
            cursor.execute(found)
            for row in cursor.fetchall():
                cursor.execute(row.text)
