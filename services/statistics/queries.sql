-- name: note_unknown_areas(areas, codes, levels, parent_codes)!
-- A fact named a division that members has not told of: remember it and those above it as its digits say.
INSERT INTO divisions (code, level, parent_code, version)
SELECT DISTINCT ON (told.code) told.code, told.level, told.parent_code, 0
FROM unnest(:areas::text[], :codes::text[], :levels::text[], :parent_codes::text[])
    AS told (area, code, level, parent_code)
WHERE NOT EXISTS (SELECT FROM divisions WHERE divisions.code = told.area)
ORDER BY told.code
ON CONFLICT (code) DO NOTHING;

-- name: learn_divisions(codes, names, levels, parent_codes, versions)!
-- Take over what members says of its divisions; an older word never replaces a newer one.
INSERT INTO divisions (code, name, level, parent_code, version)
SELECT told.code, told.name, told.level, told.parent_code, told.version
FROM unnest(:codes::text[], :names::text[], :levels::text[], :parent_codes::text[], :versions::bigint[])
    AS told (code, name, level, parent_code, version)
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name,
    level = excluded.level,
    parent_code = excluded.parent_code,
    version = excluded.version
WHERE divisions.version < excluded.version;

-- name: add_to_days(days, areas, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count)!
-- Add a batch's counts to the days they belong to.
INSERT INTO figures_by_day AS kept (
    day, area, registered, accepted, resolved, refused, terminated, reopened,
    days_to_resolve_sum, days_to_resolve_count
)
SELECT * FROM unnest(
    :days::date[], :areas::text[], :registered::bigint[], :accepted::bigint[], :resolved::bigint[], :refused::bigint[],
    :terminated::bigint[], :reopened::bigint[], :days_to_resolve_sum::bigint[], :days_to_resolve_count::bigint[]
)
ON CONFLICT (area, day) DO UPDATE SET
    registered = kept.registered + excluded.registered,
    accepted = kept.accepted + excluded.accepted,
    resolved = kept.resolved + excluded.resolved,
    refused = kept.refused + excluded.refused,
    terminated = kept.terminated + excluded.terminated,
    reopened = kept.reopened + excluded.reopened,
    days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
    days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count;

-- name: add_to_months(days, areas, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count)!
-- Add the same counts to their months.
INSERT INTO figures_by_month AS kept (
    month, area, registered, accepted, resolved, refused, terminated, reopened,
    days_to_resolve_sum, days_to_resolve_count
)
SELECT * FROM unnest(
    :days::date[], :areas::text[], :registered::bigint[], :accepted::bigint[], :resolved::bigint[], :refused::bigint[],
    :terminated::bigint[], :reopened::bigint[], :days_to_resolve_sum::bigint[], :days_to_resolve_count::bigint[]
)
ON CONFLICT (area, month) DO UPDATE SET
    registered = kept.registered + excluded.registered,
    accepted = kept.accepted + excluded.accepted,
    resolved = kept.resolved + excluded.resolved,
    refused = kept.refused + excluded.refused,
    terminated = kept.terminated + excluded.terminated,
    reopened = kept.reopened + excluded.reopened,
    days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
    days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count;

-- name: add_newest_facts(event_ids, dispute_ids, areas, types, categories, relations, occurred_at)!
-- Put a batch's newest facts on the running list.
INSERT INTO newest_facts (event_id, dispute_id, area, type, category, relation, occurred_at)
SELECT * FROM unnest(
    :event_ids::uuid[], :dispute_ids::text[], :areas::text[], :types::text[], :categories::text[], :relations::text[],
    :occurred_at::timestamptz[]
)
ON CONFLICT (area, occurred_at, event_id) DO NOTHING;

-- name: drop_older_facts(areas, kept)!
-- Keep only the newest facts of each of these divisions.
DELETE FROM newest_facts
USING (
    SELECT oldest_kept.area, oldest_kept.occurred_at, oldest_kept.event_id
    FROM unnest(:areas::text[]) AS touched (area)
    CROSS JOIN LATERAL (
        SELECT area, occurred_at, event_id
        FROM newest_facts
        WHERE newest_facts.area = touched.area
        ORDER BY occurred_at DESC, event_id DESC
        OFFSET :kept - 1 LIMIT 1
    ) AS oldest_kept
) AS bound
WHERE newest_facts.area = bound.area
    AND (newest_facts.occurred_at, newest_facts.event_id) < (bound.occurred_at, bound.event_id);

-- name: move_on()!
-- Say that something has changed; the last statement of every change.
UPDATE changes SET number = number + 1;

-- name: get_change_number()$
-- How often anything has changed.
SELECT number FROM changes;

-- name: find_division(code)^
-- One division.
SELECT code, name, level, parent_code FROM divisions WHERE code = :code;

-- name: list_children(code)
-- The divisions one level down that members has told of, or that facts have named.
SELECT code, name, level, parent_code
FROM divisions AS child
WHERE parent_code = :code
    AND (
        version > 0
        OR EXISTS (SELECT FROM divisions WHERE divisions.parent_code = child.code)
        OR EXISTS (SELECT FROM figures_by_month WHERE figures_by_month.area = child.code)
    )
ORDER BY code;

-- name: sum_by_branch(area, periods, grains, since, until)
-- Sums of a division's own facts (branch = itself) and of each branch one level down, for the spans of each period.
WITH RECURSIVE tree AS (
    SELECT code, code AS branch FROM divisions WHERE code = :area
    UNION
    SELECT divisions.code, CASE WHEN tree.code = :area THEN divisions.code ELSE tree.branch END
    FROM divisions
    JOIN tree ON divisions.parent_code = tree.code
    WHERE divisions.code <> :area
),
spans AS (
    SELECT period, grain, since, until
    FROM unnest(:periods::text[], :grains::text[], :since::date[], :until::date[])
        AS asked (period, grain, since, until)
)
SELECT
    period,
    branch,
    sum(registered)::bigint AS registered,
    sum(accepted)::bigint AS accepted,
    sum(resolved)::bigint AS resolved,
    sum(refused)::bigint AS refused,
    sum(terminated)::bigint AS terminated,
    sum(reopened)::bigint AS reopened,
    sum(days_to_resolve_sum)::bigint AS days_to_resolve_sum,
    sum(days_to_resolve_count)::bigint AS days_to_resolve_count
FROM tree
CROSS JOIN spans
-- One short walk along the index for each division and span, however many years lie in the table (OFFSET 0 keeps the
-- planner from reading all divisions' rows of the span instead).
CROSS JOIN LATERAL (
    SELECT
        registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count
    FROM figures_by_month
    WHERE grain = 'month' AND area = tree.code AND month >= since AND month < until
    UNION ALL
    SELECT
        registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count
    FROM figures_by_day
    WHERE grain = 'day' AND area = tree.code AND day >= since AND day < until
    OFFSET 0
) AS counted
GROUP BY period, branch;

-- name: list_newest_facts(area, limit)
-- The newest facts in a division, of those areas that the transaction's eyes may see.
WITH RECURSIVE tree AS (
    SELECT code, name FROM divisions WHERE code = :area
    UNION
    SELECT divisions.code, divisions.name FROM divisions JOIN tree ON divisions.parent_code = tree.code
)
SELECT event_id, dispute_id, area, name AS area_name, type, category, relation, occurred_at
FROM newest_facts
JOIN tree ON tree.code = newest_facts.area
WHERE visible_area(area)
ORDER BY occurred_at DESC, event_id DESC
LIMIT :limit;
