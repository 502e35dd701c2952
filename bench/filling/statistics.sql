-- What facts leave in the tables of statistics.

-- name: make_heard#
-- The facts of one stretch of time, and what they count.
CREATE UNLOGGED TABLE fill_heard (
    event_id uuid, type text, subject text, version bigint, at timestamptz, area text, category text, relation text,
    grid_unit_id uuid, days_open bigint, satisfaction bigint, due_at timestamptz, steps bigint, traceparent text,
    dispute_id uuid
);
CREATE UNLOGGED TABLE fill_figures (
    day date, area text, category text, relation text, registered bigint, accepted bigint, resolved bigint,
    refused bigint, terminated bigint, reopened bigint, days_to_resolve_sum bigint, days_to_resolve_count bigint,
    linked bigint, overdue bigint, confirmed bigint, satisfaction_1 bigint, satisfaction_2 bigint,
    satisfaction_3 bigint, satisfaction_4 bigint, satisfaction_5 bigint
);

-- name: empty#
-- Take away what facts of grievances have left.
CREATE TEMPORARY TABLE kept_events AS SELECT * FROM inbox WHERE source <> 'grievances';
TRUNCATE inbox, subject_versions, figures_by_day, figures_by_month, breakdown_by_day, breakdown_by_month, newest_facts;
INSERT INTO inbox SELECT * FROM kept_events;

-- name: add_events!
-- Each in effect, a moment after it was told.
INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at, applied_at)
SELECT event_id, 'grievances', type, subject, version, 'applied', at, at + interval '30 milliseconds'
FROM fill_heard;

-- name: add_versions!
-- The last version of each case.
INSERT INTO subject_versions (source, subject, version)
SELECT 'grievances', subject, steps FROM fill_heard WHERE type = 'dispute.registered';

-- name: count_facts!
-- By day, place, category and relation.
INSERT INTO fill_figures
SELECT
    d.day, area, category, relation,
    count(*) FILTER (WHERE type = 'dispute.registered'), count(*) FILTER (WHERE type = 'dispute.accepted'),
    count(*) FILTER (WHERE type = 'dispute.resolved'), count(*) FILTER (WHERE type = 'dispute.refused'),
    count(*) FILTER (WHERE type = 'dispute.terminated'), 0, coalesce(sum(days_open), 0), count(days_open), 0,
    count(*) FILTER (WHERE type = 'deadline.missed'), count(*) FILTER (WHERE type = 'dispute.confirmed'),
    count(*) FILTER (WHERE satisfaction = 1), count(*) FILTER (WHERE satisfaction = 2),
    count(*) FILTER (WHERE satisfaction = 3), count(*) FILTER (WHERE satisfaction = 4),
    count(*) FILTER (WHERE satisfaction = 5)
FROM fill_heard
CROSS JOIN LATERAL (
    SELECT (CASE type WHEN 'deadline.missed' THEN due_at ELSE at END AT TIME ZONE 'Asia/Shanghai')::date AS day
) AS d
WHERE type NOT IN ('dispute.assigned', 'dispute.mediated')
GROUP BY d.day, area, category, relation;

-- name: add_newest!
-- The running list of each community.
WITH older AS (DELETE FROM newest_facts RETURNING *),
known AS (
    SELECT * FROM older
    UNION ALL
    SELECT area, at, event_id, dispute_id::text, type, category, relation FROM fill_heard WHERE type ^@ 'dispute.'
)
INSERT INTO newest_facts (area, occurred_at, event_id, dispute_id, type, category, relation)
SELECT area, occurred_at, event_id, dispute_id, type, category, relation
FROM (
    SELECT known.*, row_number() OVER (PARTITION BY area ORDER BY occurred_at DESC, event_id DESC) AS place FROM known
) AS ranked
WHERE place <= :kept;

-- name: move_on!
-- Whoever asks again is to hear that all is different.
UPDATE changes SET number = number + 1000000;
