"""A million facts of disputes' lives in the outbox of grievances, put there by SQL as the service would write them.

Nothing but the outbox's own rows: the disputes they tell of are nobody's. A subject's versions are in order, its facts
lie days apart, and the lives began one after the other over the year that ends now.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

LIFE = (
    "dispute.registered",
    "dispute.accepted",
    "dispute.assigned",
    "dispute.mediated",
    "dispute.mediated",
    "dispute.mediated",
)
RESOLVED, TERMINATED = ("dispute.resolved", "dispute.confirmed"), ("dispute.mediated", "dispute.terminated")
ENDS = (RESOLVED, RESOLVED, RESOLVED, RESOLVED, TERMINATED)
"""How one dispute in five after the other ends."""

FACTS_OF_A_LIFE = len(LIFE) + len(RESOLVED)
TOGETHER = 1_000
"""Lives committed at a time: with fewer facts than the relay remembers gaps (chassis.relay.claims.MAX_GAPS)."""

_INSERT = """
INSERT INTO outbox (event_id, type, subject, mandatory, envelope)
SELECT event_id, type, subject, true, format(
    '{"specversion":"1.0","id":"%%s","source":"grievances","type":"%%s","subject":"%%s","time":"%%s",'
    '"datacontenttype":"application/json","area":"%%s","version":%%s,'
    '"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",'
    '"data":{"dispute_id":"%%s","category":"%%s","relation":"%%s",'
    '"grid_unit_id":null,"registered_at":"%%s"%%s}}',
    event_id, type, subject, to_char(told_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), area, version,
    subject, category, relation, to_char(registered_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
    CASE type
        WHEN 'dispute.registered' THEN ',"channel":"resident"'
        WHEN 'dispute.mediated' THEN ',"session_number":' || version - 3
        WHEN 'dispute.resolved' THEN ',"agreement_form":"written","days_open":14,"resolution":"agreement"'
        WHEN 'dispute.confirmed' THEN ',"satisfaction":' || 1 + life %% 7 %% 5
        WHEN 'dispute.terminated' THEN ',"reason_code":"no_agreement"'
        ELSE ''
    END
)
FROM (
    SELECT
        uuidv7() AS event_id, lives.*, version,
        CASE
            WHEN version <= cardinality(%(life)s::text[]) THEN (%(life)s::text[])[version]
            ELSE (%(ends)s::text[])[1 + life %% %(kinds)s][version - cardinality(%(life)s::text[])]
        END AS type,
        registered_at + (version - 1) * interval '54 hours' AS told_at
    FROM (
        SELECT
            life, md5(%(name)s || life)::uuid::text AS subject,
            (%(areas)s::text[])[1 + (life * 7919) %% cardinality(%(areas)s::text[])] AS area,
            (ARRAY['repair', 'noise', 'parking', 'waste'])[1 + life %% 4] AS category,
            (ARRAY['owner_property', 'owner_owner'])[1 + life %% 2] AS relation,
            %(since)s::timestamp + (%(until)s::timestamp - %(since)s::timestamp) * life / %(lives)s AS registered_at
        FROM generate_series(%(first)s, %(last)s) AS life
    ) AS lives
    CROSS JOIN generate_series(1, %(facts)s) AS version
) AS facts
ORDER BY told_at, version
"""


Run = Callable[[str, Mapping[str, Any]], object]
"""Runs a statement in the database of grievances and commits it."""


def commit(run: Run, count: int, areas: Sequence[str], *, now: datetime, name: str = "backlog") -> None:
    """Put so many facts, a multiple of FACTS_OF_A_LIFE, into the outbox. `name` tells their subjects from others'."""
    lives = count // FACTS_OF_A_LIFE
    # The last life ends now.
    until = now.astimezone(UTC).replace(tzinfo=None) - timedelta(days=16)
    told = {
        "life": list(LIFE),
        "ends": [list(end) for end in ENDS],
        "kinds": len(ENDS),
        "facts": FACTS_OF_A_LIFE,
        "areas": list(areas),
        "lives": lives,
        "name": name,
        "since": until - timedelta(days=365),
        "until": until,
    }
    for first in range(1, lives + 1, TOGETHER):
        last = min(first + TOGETHER - 1, lives)
        run(_INSERT, {**told, "first": first, "last": last})
