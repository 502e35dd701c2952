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

-- name: list_moved(codes, parent_codes, versions)
-- Of the divisions that members now tells of, those that change their parent and take figures along.
SELECT told.code
FROM unnest(:codes::text[], :parent_codes::text[], :versions::bigint[]) AS told (code, parent_code, version)
LEFT JOIN divisions AS known ON known.code = told.code
WHERE coalesce(known.version, -1) < told.version
    AND known.parent_code IS DISTINCT FROM told.parent_code
    AND EXISTS (SELECT FROM breakdown_by_month WHERE breakdown_by_month.area = told.code);

-- name: list_above(code)
-- The divisions that hold this one.
WITH RECURSIVE lineage AS (
    SELECT parent_code AS above FROM divisions WHERE code = :code
    UNION
    SELECT divisions.parent_code FROM lineage JOIN divisions ON divisions.code = lineage.above
)
SELECT above FROM lineage WHERE above <> :code;

-- name: move_breakdown(code, areas, signs)!
-- Take a division's months out of those that held it (sign -1), or into those that hold it now (1).
INSERT INTO breakdown_by_month AS kept (
    month, area, kind, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
    days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4,
    satisfaction_5
)
SELECT
    moved.month,
    holder.area,
    moved.kind,
    moved.word,
    holder.sign * moved.registered,
    holder.sign * moved.accepted,
    holder.sign * moved.resolved,
    holder.sign * moved.refused,
    holder.sign * moved.terminated,
    holder.sign * moved.reopened,
    holder.sign * moved.days_to_resolve_sum,
    holder.sign * moved.days_to_resolve_count,
    holder.sign * moved.linked,
    holder.sign * moved.overdue,
    holder.sign * moved.confirmed,
    holder.sign * moved.satisfaction_1,
    holder.sign * moved.satisfaction_2,
    holder.sign * moved.satisfaction_3,
    holder.sign * moved.satisfaction_4,
    holder.sign * moved.satisfaction_5
FROM breakdown_by_month AS moved
CROSS JOIN unnest(:areas::text[], :signs::bigint[]) AS holder (area, sign)
WHERE moved.area = :code
ON CONFLICT (area, kind, month, word) DO UPDATE SET
    registered = kept.registered + excluded.registered,
    accepted = kept.accepted + excluded.accepted,
    resolved = kept.resolved + excluded.resolved,
    refused = kept.refused + excluded.refused,
    terminated = kept.terminated + excluded.terminated,
    reopened = kept.reopened + excluded.reopened,
    days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
    days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count,
    linked = kept.linked + excluded.linked,
    overdue = kept.overdue + excluded.overdue,
    confirmed = kept.confirmed + excluded.confirmed,
    satisfaction_1 = kept.satisfaction_1 + excluded.satisfaction_1,
    satisfaction_2 = kept.satisfaction_2 + excluded.satisfaction_2,
    satisfaction_3 = kept.satisfaction_3 + excluded.satisfaction_3,
    satisfaction_4 = kept.satisfaction_4 + excluded.satisfaction_4,
    satisfaction_5 = kept.satisfaction_5 + excluded.satisfaction_5;

-- name: add_figures(days, areas, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4, satisfaction_5)!
-- Add a batch's counts to the days they belong to, and to the months of these days.
WITH told AS (
    SELECT * FROM unnest(
        :days::date[], :areas::text[], :registered::bigint[], :accepted::bigint[], :resolved::bigint[],
        :refused::bigint[], :terminated::bigint[], :reopened::bigint[], :days_to_resolve_sum::bigint[],
        :days_to_resolve_count::bigint[], :linked::bigint[], :overdue::bigint[], :confirmed::bigint[],
        :satisfaction_1::bigint[], :satisfaction_2::bigint[], :satisfaction_3::bigint[], :satisfaction_4::bigint[],
        :satisfaction_5::bigint[]
    ) AS told (
        day, area, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    )
),
days AS (
    INSERT INTO figures_by_day AS kept (
        day, area, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    )
    SELECT
        day, area, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    FROM told
    ON CONFLICT (area, day) DO UPDATE SET
        registered = kept.registered + excluded.registered,
        accepted = kept.accepted + excluded.accepted,
        resolved = kept.resolved + excluded.resolved,
        refused = kept.refused + excluded.refused,
        terminated = kept.terminated + excluded.terminated,
        reopened = kept.reopened + excluded.reopened,
        days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
        days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count,
        linked = kept.linked + excluded.linked,
        overdue = kept.overdue + excluded.overdue,
        confirmed = kept.confirmed + excluded.confirmed,
        satisfaction_1 = kept.satisfaction_1 + excluded.satisfaction_1,
        satisfaction_2 = kept.satisfaction_2 + excluded.satisfaction_2,
        satisfaction_3 = kept.satisfaction_3 + excluded.satisfaction_3,
        satisfaction_4 = kept.satisfaction_4 + excluded.satisfaction_4,
        satisfaction_5 = kept.satisfaction_5 + excluded.satisfaction_5
)
INSERT INTO figures_by_month AS kept (
    month, area, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
    days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4,
    satisfaction_5
)
SELECT
    date_trunc('month', day)::date AS month,
    area,
    sum(registered),
    sum(accepted),
    sum(resolved),
    sum(refused),
    sum(terminated),
    sum(reopened),
    sum(days_to_resolve_sum),
    sum(days_to_resolve_count),
    sum(linked),
    sum(overdue),
    sum(confirmed),
    sum(satisfaction_1),
    sum(satisfaction_2),
    sum(satisfaction_3),
    sum(satisfaction_4),
    sum(satisfaction_5)
FROM told
GROUP BY 1, 2
ON CONFLICT (area, month) DO UPDATE SET
    registered = kept.registered + excluded.registered,
    accepted = kept.accepted + excluded.accepted,
    resolved = kept.resolved + excluded.resolved,
    refused = kept.refused + excluded.refused,
    terminated = kept.terminated + excluded.terminated,
    reopened = kept.reopened + excluded.reopened,
    days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
    days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count,
    linked = kept.linked + excluded.linked,
    overdue = kept.overdue + excluded.overdue,
    confirmed = kept.confirmed + excluded.confirmed,
    satisfaction_1 = kept.satisfaction_1 + excluded.satisfaction_1,
    satisfaction_2 = kept.satisfaction_2 + excluded.satisfaction_2,
    satisfaction_3 = kept.satisfaction_3 + excluded.satisfaction_3,
    satisfaction_4 = kept.satisfaction_4 + excluded.satisfaction_4,
    satisfaction_5 = kept.satisfaction_5 + excluded.satisfaction_5;

-- name: add_breakdown(days, areas, kinds, words, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4, satisfaction_5)!
-- Add a batch's counts to each word of their days, and to the months of their divisions and of all those above these.
WITH RECURSIVE told AS (
    SELECT * FROM unnest(
        :days::date[], :areas::text[], :kinds::text[], :words::text[], :registered::bigint[], :accepted::bigint[],
        :resolved::bigint[], :refused::bigint[], :terminated::bigint[], :reopened::bigint[],
        :days_to_resolve_sum::bigint[], :days_to_resolve_count::bigint[], :linked::bigint[], :overdue::bigint[],
        :confirmed::bigint[], :satisfaction_1::bigint[], :satisfaction_2::bigint[], :satisfaction_3::bigint[],
        :satisfaction_4::bigint[], :satisfaction_5::bigint[]
    ) AS told (
        day, area, kind, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    )
),
lineage AS (
    SELECT area, area AS above FROM told
    UNION
    SELECT lineage.area, divisions.parent_code
    FROM lineage
    JOIN divisions ON divisions.code = lineage.above
    WHERE divisions.parent_code IS NOT NULL
),
days AS (
    INSERT INTO breakdown_by_day AS kept (
        day, area, kind, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    )
    SELECT
        day, area, kind, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    FROM told
    ON CONFLICT (area, kind, day, word) DO UPDATE SET
        registered = kept.registered + excluded.registered,
        accepted = kept.accepted + excluded.accepted,
        resolved = kept.resolved + excluded.resolved,
        refused = kept.refused + excluded.refused,
        terminated = kept.terminated + excluded.terminated,
        reopened = kept.reopened + excluded.reopened,
        days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
        days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count,
        linked = kept.linked + excluded.linked,
        overdue = kept.overdue + excluded.overdue,
        confirmed = kept.confirmed + excluded.confirmed,
        satisfaction_1 = kept.satisfaction_1 + excluded.satisfaction_1,
        satisfaction_2 = kept.satisfaction_2 + excluded.satisfaction_2,
        satisfaction_3 = kept.satisfaction_3 + excluded.satisfaction_3,
        satisfaction_4 = kept.satisfaction_4 + excluded.satisfaction_4,
        satisfaction_5 = kept.satisfaction_5 + excluded.satisfaction_5
)
INSERT INTO breakdown_by_month AS kept (
    month, area, kind, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
    days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4,
    satisfaction_5
)
SELECT
    date_trunc('month', told.day)::date AS month,
    lineage.above,
    told.kind,
    told.word,
    sum(told.registered),
    sum(told.accepted),
    sum(told.resolved),
    sum(told.refused),
    sum(told.terminated),
    sum(told.reopened),
    sum(told.days_to_resolve_sum),
    sum(told.days_to_resolve_count),
    sum(told.linked),
    sum(told.overdue),
    sum(told.confirmed),
    sum(told.satisfaction_1),
    sum(told.satisfaction_2),
    sum(told.satisfaction_3),
    sum(told.satisfaction_4),
    sum(told.satisfaction_5)
FROM told
JOIN lineage ON lineage.area = told.area
GROUP BY 1, 2, 3, 4
ON CONFLICT (area, kind, month, word) DO UPDATE SET
    registered = kept.registered + excluded.registered,
    accepted = kept.accepted + excluded.accepted,
    resolved = kept.resolved + excluded.resolved,
    refused = kept.refused + excluded.refused,
    terminated = kept.terminated + excluded.terminated,
    reopened = kept.reopened + excluded.reopened,
    days_to_resolve_sum = kept.days_to_resolve_sum + excluded.days_to_resolve_sum,
    days_to_resolve_count = kept.days_to_resolve_count + excluded.days_to_resolve_count,
    linked = kept.linked + excluded.linked,
    overdue = kept.overdue + excluded.overdue,
    confirmed = kept.confirmed + excluded.confirmed,
    satisfaction_1 = kept.satisfaction_1 + excluded.satisfaction_1,
    satisfaction_2 = kept.satisfaction_2 + excluded.satisfaction_2,
    satisfaction_3 = kept.satisfaction_3 + excluded.satisfaction_3,
    satisfaction_4 = kept.satisfaction_4 + excluded.satisfaction_4,
    satisfaction_5 = kept.satisfaction_5 + excluded.satisfaction_5;

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
    sum(days_to_resolve_count)::bigint AS days_to_resolve_count,
    sum(linked)::bigint AS linked,
    sum(overdue)::bigint AS overdue,
    sum(confirmed)::bigint AS confirmed,
    sum(satisfaction_1)::bigint AS satisfaction_1,
    sum(satisfaction_2)::bigint AS satisfaction_2,
    sum(satisfaction_3)::bigint AS satisfaction_3,
    sum(satisfaction_4)::bigint AS satisfaction_4,
    sum(satisfaction_5)::bigint AS satisfaction_5
FROM tree
CROSS JOIN spans
-- One short walk along the index for each division and span, however many years lie in the table (OFFSET 0 keeps the
-- planner from reading all divisions' rows of the span instead).
CROSS JOIN LATERAL (
    SELECT
        registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count,
        linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4, satisfaction_5
    FROM figures_by_month
    WHERE grain = 'month' AND area = tree.code AND month >= since AND month < until
    UNION ALL
    SELECT
        registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum, days_to_resolve_count,
        linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3, satisfaction_4, satisfaction_5
    FROM figures_by_day
    WHERE grain = 'day' AND area = tree.code AND day >= since AND day < until
    OFFSET 0
) AS counted
GROUP BY period, branch;

-- name: sum_by_word(area, kind, periods, grains, since, until)
-- Sums of a division with all that lies in it by category or by relation, for the spans of each period.
WITH RECURSIVE tree AS (
    SELECT code FROM divisions WHERE code = :area
    UNION
    SELECT divisions.code FROM divisions JOIN tree ON divisions.parent_code = tree.code
),
spans AS (
    SELECT period, grain, since, until
    FROM unnest(:periods::text[], :grains::text[], :since::date[], :until::date[])
        AS asked (period, grain, since, until)
),
-- Months hold what lies in the division, days only what is its own.
counted AS (
    SELECT
        period, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    FROM spans
    JOIN breakdown_by_month AS kept
        ON spans.grain = 'month' AND kept.area = :area AND kept.kind = :kind AND kept.month >= since AND kept.month < until
    UNION ALL
    SELECT
        period, word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
        days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
        satisfaction_4, satisfaction_5
    FROM tree
    JOIN spans ON spans.grain = 'day'
    CROSS JOIN LATERAL (
        SELECT
            word, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum,
            days_to_resolve_count, linked, overdue, confirmed, satisfaction_1, satisfaction_2, satisfaction_3,
            satisfaction_4, satisfaction_5
        FROM breakdown_by_day
        WHERE area = tree.code AND kind = :kind AND day >= since AND day < until
        OFFSET 0
    ) AS own
)
SELECT
    period,
    word,
    sum(registered)::bigint AS registered,
    sum(accepted)::bigint AS accepted,
    sum(resolved)::bigint AS resolved,
    sum(refused)::bigint AS refused,
    sum(terminated)::bigint AS terminated,
    sum(reopened)::bigint AS reopened,
    sum(days_to_resolve_sum)::bigint AS days_to_resolve_sum,
    sum(days_to_resolve_count)::bigint AS days_to_resolve_count,
    sum(linked)::bigint AS linked,
    sum(overdue)::bigint AS overdue,
    sum(confirmed)::bigint AS confirmed,
    sum(satisfaction_1)::bigint AS satisfaction_1,
    sum(satisfaction_2)::bigint AS satisfaction_2,
    sum(satisfaction_3)::bigint AS satisfaction_3,
    sum(satisfaction_4)::bigint AS satisfaction_4,
    sum(satisfaction_5)::bigint AS satisfaction_5
FROM counted
GROUP BY period, word;

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
