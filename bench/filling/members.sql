-- What resolutions leave in the tables of members.

-- name: make_heard#
-- Resolutions of one stretch of time, and whom they are told to.
CREATE UNLOGGED TABLE fill_heard (
    event_id uuid, type text, subject text, version bigint, at timestamptz, area text, category text, relation text,
    grid_unit_id uuid, days_open bigint, satisfaction bigint, due_at timestamptz, steps bigint, traceparent text,
    dispute_id uuid
);
CREATE UNLOGGED TABLE fill_leaders (
    home uuid, area text, level text, recipient_id text, shown_id uuid, place text, number bigint
);

-- name: note_leaders!
-- The leaders of each place, from the nearest level to the farthest, each with as much of the place as they are told.
INSERT INTO fill_leaders
SELECT
    h.grid_unit_id, h.area, l.level, l.holder_id, shown.ids[cardinality(shown.ids)],
    array_to_string(shown.labels, ' '),
    row_number() OVER (
        PARTITION BY h.grid_unit_id ORDER BY array_position(ARRAY['household', 'building', 'compound', 'community'], l.level)
    )
FROM grid_units AS h
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (t.level) t.level, t.holder_id
    FROM grid_units AS u JOIN tenures AS t ON t.grid_unit_id = u.grid_unit_id AND t.until_date IS NULL
    WHERE h.path ^@ u.path AND u.area = h.area
    ORDER BY t.level, length(u.path) DESC
) AS l
CROSS JOIN LATERAL (
    SELECT array_agg(u.grid_unit_id ORDER BY length(u.path)) AS ids, array_agg(u.label ORDER BY length(u.path)) AS labels
    FROM grid_units AS u
    WHERE h.path ^@ u.path AND u.area = h.area
        AND (l.level IN ('household', 'building') OR u.kind IN ('community', 'compound', 'building'))
) AS shown;

-- name: empty#
-- Take away what facts of grievances have left.
CREATE TEMPORARY TABLE kept_facts AS SELECT * FROM event_log WHERE type <> 'leaders.notified';
CREATE TEMPORARY TABLE kept_events AS SELECT * FROM inbox WHERE source <> 'grievances';
TRUNCATE inbox, notifications, notices, event_log, audit_log, audit_pending, idempotency_keys;
INSERT INTO inbox SELECT * FROM kept_events;
INSERT INTO event_log SELECT * FROM kept_facts;

-- name: last_position$
-- The last position that was given out.
SELECT greatest((SELECT coalesce(max(position), 0) FROM event_log), (SELECT coalesce(max(position), 0) FROM outbox));

-- name: keep_resolutions!
-- Nothing else is told to leaders.
DELETE FROM fill_heard WHERE type <> 'dispute.resolved';

-- name: add_events!
-- Each in effect, a moment after it was told.
INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at, applied_at)
SELECT event_id, 'grievances', type, subject, version, 'applied', at, at + interval '35 milliseconds' FROM fill_heard;

-- name: add_notifications!
-- Each case is resolved once.
INSERT INTO notifications (event_id, dispute_id, version, notified_at)
SELECT event_id, dispute_id, 1, at + interval '40 milliseconds' FROM fill_heard;

-- name: add_notices!
-- Nineteen of twenty are read within two days.
INSERT INTO notices (
    notice_id, event_id, level, recipient_id, kind, dispute_id, category, area, grid_unit_id, place, occurred_at,
    created_at, read_at
)
SELECT
    fill_id(h.at, l.level || h.event_id), h.event_id, l.level, l.recipient_id, 'dispute.resolved', h.dispute_id,
    h.category, h.area, CASE WHEN h.grid_unit_id IS NOT NULL THEN l.shown_id END, l.place, h.at,
    h.at + interval '40 milliseconds', CASE WHEN r.is_read AND r.at <= :until THEN r.at END
FROM fill_heard AS h
JOIN grid_units AS c ON c.area = h.area AND c.kind = 'community'
JOIN fill_leaders AS l ON l.home = coalesce(h.grid_unit_id, c.grid_unit_id)
CROSS JOIN LATERAL (SELECT hashtext(h.event_id || l.level) & 1048575 AS drawn) AS d
CROSS JOIN LATERAL (
    SELECT mod(d.drawn, 20) > 0 AS is_read, h.at + make_interval(secs => 60 + mod(d.drawn, 172740)) AS at
) AS r;

-- name: list_months
-- The months that facts were sent in.
SELECT DISTINCT date_trunc('month', at + interval '1 minute', 'UTC')::date AS month FROM fill_heard;

-- name: add_facts!
-- That leaders were told.
INSERT INTO event_log (position, event_id, type, subject, mandatory, envelope, recorded_at, sent_at)
SELECT
    row_number() OVER (ORDER BY h.at, h.event_id) + :position, told.event_id, 'leaders.notified', h.dispute_id, false,
    format(
        '{"specversion":"1.0","id":"%%s","source":"members","type":"leaders.notified","subject":"%%s","time":"%%sZ","datacontenttype":"application/json","area":"%%s","version":1,"traceparent":"%%s","data":{"dispute_id":"%%s","levels":[%%s],"count":%%s}}',
        told.event_id, h.dispute_id, fill_text(told.at), h.area, h.traceparent, h.dispute_id,
        coalesce(l.levels, ''), coalesce(l.number, 0)
    ),
    told.at, told.at + interval '20 milliseconds'
FROM fill_heard AS h
JOIN grid_units AS c ON c.area = h.area AND c.kind = 'community'
CROSS JOIN LATERAL (
    SELECT h.at + interval '40 milliseconds' AS at, fill_id(h.at, 'told' || h.event_id) AS event_id
) AS told
LEFT JOIN (
    SELECT home, string_agg('"' || level || '"', ',' ORDER BY number) AS levels, count(*) AS number
    FROM fill_leaders GROUP BY home
) AS l ON l.home = coalesce(h.grid_unit_id, c.grid_unit_id)
ORDER BY h.at, h.event_id;

-- name: add_audit!
-- A row of each reading, chained to those before.
INSERT INTO audit_log (sequence, at, kind, actor_id, action, thing, area, trace_id, previous_hash, hash)
SELECT sequence, at, 'command', actor_id, 'read_notice', thing, area, trace_id, coalesce(lag(hash) OVER w, :head), hash
FROM (
    SELECT
        row_number() OVER w + :sequence AS sequence, said.*,
        fill_chained(
            fill_payload(at, 'command', actor_id, 'read_notice', thing, area, trace_id), :head::bytea
        ) OVER (ORDER BY at, thing ROWS UNBOUNDED PRECEDING) AS hash
    FROM (
        SELECT
            n.read_at AS at, n.recipient_id AS actor_id, '/notices/' || n.notice_id || '/read' AS thing, n.area,
            md5(n.notice_id::text) AS trace_id
        FROM notices AS n JOIN fill_heard AS h ON h.event_id = n.event_id
        WHERE n.read_at IS NOT NULL
    ) AS said
    WINDOW w AS (ORDER BY at, thing)
) AS chained
WINDOW w AS (ORDER BY at, thing)
ORDER BY at, thing;
