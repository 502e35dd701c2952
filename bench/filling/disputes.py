"""Disputes with their parties and due times: a million within a minute, the same for the same seed.

`python -m bench.filling ADMIN_URL COUNT [SEED]`

Texts are drawn from a pool that is sealed and fingerprinted once, as intake would; everything else is made inside
PostgreSQL from hashes of a row's number and the seed. About three of a hundred are still open, with their due times.
"""

import json
from contextlib import closing
from datetime import datetime
from typing import Any

from bench.filling.texts import texts
from chassis import privacy
from chassis.calendar import system_clock
from chassis.database import connect
from services.grievances.disputes import store
from services.grievances.search.store import words_of

TABLES = ("disputes", "dispute_parties")

_PLACES = """
INSERT INTO fill_places
SELECT row_number() OVER (ORDER BY code) - 1, code FROM divisions WHERE level = 'community';
ANALYZE fill_texts, fill_places
"""

_SETTINGS = """
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
SET work_mem = '512MB';
SET max_parallel_maintenance_workers = 2;
"""

_POOL = """
CREATE UNLOGGED TABLE IF NOT EXISTS fill_texts (
    number bigint PRIMARY KEY, sealed bytea NOT NULL, words integer [] NOT NULL
);
CREATE UNLOGGED TABLE IF NOT EXISTS fill_places (number bigint PRIMARY KEY, area text NOT NULL);
TRUNCATE fill_texts, fill_places;
"""

# Whole numbers from a row's number: every use has a salt of its own. Newest rows last, over ten years until `until`.
_DISPUTES = """
INSERT INTO disputes (
    dispute_id, area, case_year, serial, relation, category, summary_sealed, filed_by, registered_at, state, version,
    session_count, mediator_id, reason_code, agreement_form, closed_at, channel, basis, resolution, counted_from, words
)
SELECT
    encode(
        substring(int8send((extract(epoch FROM registered_at) * 1000)::bigint) FROM 3)
        || decode('7' || substring(md5(%(seed)s || '-' || n) FROM 1 FOR 3), 'hex')
        || decode('8' || substring(md5(%(seed)s || '-' || n) FROM 4 FOR 15), 'hex'),
        'hex'
    )::uuid,
    area, year, row_number() OVER (PARTITION BY area, year ORDER BY n) + coalesce(
        (SELECT s.last_serial FROM case_serials AS s WHERE s.area = told.area AND s.case_year = told.year), 0
    ),
    (ARRAY['owner_property', 'owner_owner', 'owner_government', 'property_government'])[1 + pick(n, 1, 4)],
    (ARRAY['property_fee', 'repair', 'parking', 'noise', 'common_area', 'waste', 'construction', 'other'])[
        1 + pick(n, 2, 8)
    ],
    t.sealed, 'resident-' || pick(n, 3, 100000), registered_at, state,
    CASE state WHEN 'registered' THEN 1 WHEN 'refused' THEN 2 WHEN 'accepted' THEN 2 WHEN 'assigned' THEN 3
        WHEN 'mediating' THEN 4 ELSE 5 END,
    CASE WHEN state IN ('mediating', 'resolved', 'terminated') THEN 1 ELSE 0 END,
    CASE WHEN state NOT IN ('registered', 'refused', 'accepted') THEN 'mediator-' || area END,
    CASE state WHEN 'refused' THEN 'party_refused' WHEN 'terminated' THEN 'no_agreement' END,
    CASE WHEN state = 'resolved' THEN 'oral' END,
    CASE
        WHEN state IN ('resolved', 'refused', 'terminated') THEN registered_at + (1 + pick(n, 4, 40)) * interval '1 day'
    END,
    'resident', 'application', CASE WHEN state = 'resolved' THEN 'agreement' END, registered_at, t.words
FROM (
    SELECT n, p.area, registered_at,
        extract(year FROM registered_at AT TIME ZONE 'Asia/Shanghai')::bigint AS year,
        CASE
            WHEN n > %(count)s * 0.985
                THEN (ARRAY['registered', 'accepted', 'assigned', 'mediating'])[1 + pick(n, 5, 4)]
            WHEN pick(n, 6, 200) = 0 THEN 'mediating'
            WHEN pick(n, 6, 200) < 160 THEN 'resolved'
            WHEN pick(n, 6, 200) < 180 THEN 'refused'
            ELSE 'terminated'
        END AS state
    FROM (
        SELECT n, %(until)s::timestamptz - (%(count)s - n) * (interval '10 years' / %(count)s) AS registered_at
        FROM generate_series(1, %(count)s) AS n
    ) AS dated
    JOIN fill_places AS p ON p.number = pick(n, 7, (SELECT count(*) FROM fill_places))
) AS told
JOIN fill_texts AS t ON t.number = pick(n, 8, (SELECT count(*) FROM fill_texts))
"""

_PICK = """
CREATE OR REPLACE FUNCTION pick(n bigint, salt bigint, choices bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, salt + {seed} * 1000) & 9223372036854775807) % choices;
"""

_PARTIES = """
INSERT INTO dispute_parties (dispute_id, side, area, filed_by, kind, name_sealed, phone_sealed, phone_index, person_id)
SELECT d.dispute_id, s.side, d.area, d.filed_by, 'person', %(name)s, %(phone)s,
    substring(sha256((s.side || d.filed_by)::bytea) FROM 1 FOR 16), CASE s.side WHEN 'applicant' THEN d.filed_by END
FROM disputes AS d CROSS JOIN (VALUES ('applicant'), ('respondent')) AS s (side)
WHERE NOT EXISTS (SELECT FROM dispute_parties AS p WHERE p.dispute_id = d.dispute_id)
"""

_SERIALS = """
INSERT INTO case_serials (area, case_year, last_serial)
SELECT area, case_year, max(serial) FROM disputes GROUP BY area, case_year
ON CONFLICT (area, case_year) DO UPDATE SET last_serial = excluded.last_serial
"""

_DEADLINES = """
INSERT INTO deadlines (
    thing_id, slot, thing, deadline_id, rule, area, category, relation, started_at, due_at, stage, next_at
)
SELECT dispute_id, 'state', 'dispute', gen_random_uuid(),
    CASE state
        WHEN 'registered' THEN 'dispute.acceptance' WHEN 'accepted' THEN 'dispute.assignment' ELSE 'dispute.mediation'
    END,
    area, category, relation, counted_from, counted_from + interval '30 days', 0, counted_from + interval '25 days'
FROM disputes WHERE closed_as IS NULL AND counted_from > %(until)s::timestamptz - interval '20 days'
UNION ALL
SELECT dispute_id, 'state', 'dispute', gen_random_uuid(), 'dispute.mediation', area, category, relation, counted_from,
    counted_from + interval '30 days', 4, NULL
FROM disputes WHERE closed_as IS NULL AND counted_from <= %(until)s::timestamptz - interval '20 days'
ON CONFLICT DO NOTHING
"""

_BUILD_AFTERWARDS = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename IN ('disputes', 'dispute_parties') AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""


def fill(url: str, count: int, *, until: datetime, seed: int) -> None:
    """Put so many disputes of all communities known there, with parties and due times, beside what is there.

    `url` is the administrator's; `privacy.sealer()` must have the keys of the service that will read them.
    """
    sealer = privacy.sealer()
    asked: dict[str, Any] = {
        "seed": seed,
        "count": count,
        "until": until,
        "name": sealer.seal("王小明", store.NAME),
        "phone": sealer.seal("13800138000", store.PHONE),
    }
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_SETTINGS + _POOL + _PICK.format(seed=seed))
        cursor.executemany(
            "INSERT INTO fill_texts VALUES (%s, %s, %s)",
            [(at, sealer.seal(text, store.SUMMARY), words_of(text)) for at, text in enumerate(texts(seed))],
        )
        cursor.execute(_PLACES)
        cursor.execute(_BUILD_AFTERWARDS)
        indexes = cursor.fetchall()
        for index in indexes:
            cursor.execute(f"DROP INDEX {index.indexname}")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in (_DISPUTES, _PARTIES, _SERIALS, _DEADLINES):
            cursor.execute(statement, asked)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        for index in indexes:
            cursor.execute(index.indexdef)
        cursor.execute("DROP TABLE fill_texts, fill_places; DROP FUNCTION pick(bigint, bigint, bigint)")
        for table in (*TABLES, "deadlines"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")


def main(url: str, count: str, seed: str = "1") -> None:
    fill(url, int(count), until=system_clock(), seed=int(seed))
    print(json.dumps({"disputes": int(count)}))
