-- name: list_rules()
-- All rules, as they stand.
SELECT
    rule, amount, unit, is_duty, near_hours, street_after_days, district_after_days, law_maximum, source, version
FROM deadline_rules
ORDER BY rule;

-- name: lock_rule(rule)^
-- One rule for a change; others who want to change it wait.
SELECT
    rule, amount, unit, is_duty, near_hours, street_after_days, district_after_days, law_maximum, source, version
FROM deadline_rules
WHERE rule = :rule
FOR NO KEY UPDATE;

-- name: save_rule(rule, amount, near_hours, street_after_days, district_after_days, version)!
-- Write what a district may set of a rule; the row is locked by lock_rule.
UPDATE deadline_rules SET
    amount = :amount,
    near_hours = :near_hours,
    street_after_days = :street_after_days,
    district_after_days = :district_after_days,
    version = :version
WHERE rule = :rule;

-- name: list_districts()
-- The districts known here; one, but for a deployment that serves several.
SELECT code FROM divisions WHERE level = 'district' ORDER BY code;

-- name: list_holidays()
-- All days that differ from the week's own rhythm.
SELECT day, is_working FROM holidays;

-- name: last_holiday_year()$
-- The last year that the table speaks for; null while it is empty.
SELECT max(year) FROM holiday_years;

-- name: watch(thing_id, slot, thing, deadline_id, rule, area, category, relation, dispute_id, started_at, due_at, near_at, street_at, district_at, amount, is_provisional)!
-- Have a due time in sight. The same one again changes nothing, so what was told of it is not told twice; a due time
-- that a rule gave stays as it was counted, whatever the rule says today.
INSERT INTO deadlines AS kept (
    thing_id, slot, thing, deadline_id, rule, area, category, relation, dispute_id, started_at, due_at, next_at,
    street_at, district_at, amount, is_provisional
)
VALUES (
    :thing_id, :slot, :thing, :deadline_id, :rule, :area, :category, :relation, :dispute_id, :started_at, :due_at,
    :near_at, :street_at, :district_at, :amount, :is_provisional
)
ON CONFLICT (thing_id, slot) DO UPDATE SET
    deadline_id = excluded.deadline_id,
    rule = excluded.rule,
    started_at = excluded.started_at,
    due_at = excluded.due_at,
    stage = 0,
    next_at = excluded.next_at,
    street_at = excluded.street_at,
    district_at = excluded.district_at,
    amount = excluded.amount,
    is_provisional = excluded.is_provisional
WHERE (kept.rule, kept.started_at) <> (excluded.rule, excluded.started_at)
    OR (excluded.amount IS NULL AND kept.due_at <> excluded.due_at);

-- name: settle(thing_id, slot)!
-- Nothing is due of this thing any more; in one slot, or in all.
DELETE FROM deadlines WHERE thing_id = :thing_id AND (:slot::text IS NULL OR slot = :slot);

-- name: take_due(now, at_most, apart, only)
-- Move deadlines to the stage they have reached and say what there is to tell of them; rows that another process has are
-- left to it. A right that has lapsed is due no more: its row goes, or lists would walk past all that ever lapsed. `apart`:
-- kinds whose rights lapse otherwise; `only`: this one alone.
WITH due AS MATERIALIZED (
    SELECT
        d.thing_id, d.slot, d.stage,
        CASE
            WHEN :now >= d.district_at THEN 4
            WHEN :now >= d.street_at THEN 3
            WHEN :now >= d.due_at THEN 2
            ELSE 1
        END AS reached,
        d.street_at IS NULL AND d.due_at <= :now AS has_lapsed
    FROM deadlines AS d
    WHERE d.next_at <= :now
        AND NOT (d.street_at IS NULL AND d.due_at <= :now AND d.thing = ANY(:apart::text []))
        AND (:only::uuid IS NULL OR d.deadline_id = :only)
    ORDER BY d.next_at
    LIMIT :at_most
    FOR NO KEY UPDATE SKIP LOCKED
),

lapsed AS (
    DELETE FROM deadlines AS d
    USING due
    WHERE due.has_lapsed AND d.thing_id = due.thing_id AND d.slot = due.slot
    RETURNING
        d.deadline_id, d.thing, d.thing_id, d.area, d.category, d.relation, d.rule, d.due_at, false AS is_duty,
        due.stage AS told, due.reached
),

moved AS (
    UPDATE deadlines AS d SET
        stage = due.reached,
        next_at = CASE due.reached WHEN 1 THEN d.due_at WHEN 2 THEN d.street_at WHEN 3 THEN d.district_at END
    FROM due
    WHERE NOT due.has_lapsed AND d.thing_id = due.thing_id AND d.slot = due.slot
    RETURNING
        d.deadline_id, d.thing, d.thing_id, d.area, d.category, d.relation, d.rule, d.due_at,
        d.street_at IS NOT NULL AS is_duty, due.stage AS told, due.reached
)

SELECT deadline_id, thing, thing_id, area, category, relation, rule, due_at, is_duty, told, reached FROM lapsed
UNION ALL
SELECT deadline_id, thing, thing_id, area, category, relation, rule, due_at, is_duty, told, reached FROM moved;

-- name: add_told(deadline_ids, stages, whats, things, thing_ids, rules, due_instants, told_at)!
-- Keep that these stages were told, each once.
INSERT INTO deadlines_told (deadline_id, stage, what, thing, thing_id, rule, due_at, told_at)
SELECT t.deadline_id, t.stage, t.what, t.thing, t.thing_id, t.rule, t.due_at, :told_at
FROM unnest(
    :deadline_ids::uuid [], :stages::bigint [], :whats::text [], :things::text [], :thing_ids::uuid [],
    :rules::text [], :due_instants::timestamptz []
) AS t (deadline_id, stage, what, thing, thing_id, rule, due_at);

-- name: list_lapsing(now, at_most, apart)
-- Rights of these kinds whose time is over and of which nobody has said so.
SELECT
    d.deadline_id, d.thing, d.thing_id, d.area, d.category, d.relation, d.rule, d.due_at, false AS is_duty,
    d.stage AS told, 2 AS reached
FROM deadlines AS d
WHERE d.next_at <= :now AND d.street_at IS NULL AND d.due_at <= :now AND d.thing = ANY(:apart::text [])
ORDER BY d.next_at
LIMIT :at_most;

-- name: list_due(prefixes, now, is_overdue, is_near, thing, rule, after_instant, after_id, count)
-- What is due in a scope, the longest due first, and whether the reader may know of it. Each place is read along its own
-- index; who may know is asked of the page alone, for it costs more than all the rest.
SELECT
    page.deadline_id, page.slot, page.thing, page.thing_id, page.rule, page.area, page.category, page.relation,
    page.started_at, page.due_at, page.stage, page.street_at, page.is_provisional,
    sees_thing(page.thing, page.thing_id) AS is_seen
FROM (
    SELECT found.*
    FROM (
        SELECT known.code FROM divisions AS known WHERE known.code ^@ ANY(:prefixes::text [])
    ) AS place
    CROSS JOIN LATERAL (
        SELECT d.*
        FROM deadlines AS d
        WHERE d.area = place.code
            AND (NOT :is_overdue OR d.due_at <= :now)
            AND (NOT :is_near OR (d.due_at > :now AND d.stage = 1))
            AND (:thing::text IS NULL OR d.thing = :thing)
            AND (:rule::text IS NULL OR d.rule = :rule)
            AND (
                :after_instant::timestamptz IS NULL
                OR (d.due_at, d.deadline_id) > (:after_instant::timestamptz, :after_id::uuid)
            )
            AND (:after_instant::timestamptz IS NULL OR d.due_at >= :after_instant)
        ORDER BY d.due_at, d.deadline_id
        LIMIT :count
    ) AS found
    ORDER BY found.due_at, found.deadline_id
    LIMIT :count
) AS page
ORDER BY page.due_at, page.deadline_id;

-- name: list_of_thing(thing_id, after_instant, after_id, count)
-- What is due of one thing, for whom its own policies show it.
SELECT
    d.deadline_id, d.slot, d.thing, d.thing_id, d.rule, d.area, d.category, d.relation, d.started_at, d.due_at,
    d.stage, d.street_at, d.is_provisional
FROM deadlines AS d
WHERE d.thing_id = :thing_id
    AND (
        :after_instant::timestamptz IS NULL
        OR (d.due_at, d.deadline_id) > (:after_instant::timestamptz, :after_id::uuid)
    )
    AND sees_thing(d.thing, d.thing_id)
ORDER BY d.due_at, d.deadline_id
LIMIT :count;

-- name: list_recountable(rules, since)
-- Due times that a rule counted by the holiday table, not yet missed: due since an instant, or else the provisional ones.
SELECT d.thing_id, d.slot, d.deadline_id, d.rule, d.amount, d.started_at, d.due_at, d.is_provisional
FROM deadlines AS d
WHERE d.rule = ANY(:rules::text []) AND d.amount IS NOT NULL AND d.stage < 2
    AND CASE WHEN :since::timestamptz IS NULL THEN d.is_provisional ELSE d.due_at >= :since::timestamptz END;

-- name: move_due(thing_ids, slots, deadline_ids, due_instants, provisionals)!
-- Give these another due time, unless they were replaced or missed meanwhile; all that hangs on it moves with it.
UPDATE deadlines AS d SET
    next_at = CASE d.stage WHEN 0 THEN d.next_at + (m.due_at - d.due_at) ELSE m.due_at END,
    street_at = d.street_at + (m.due_at - d.due_at),
    district_at = d.district_at + (m.due_at - d.due_at),
    due_at = m.due_at,
    is_provisional = m.is_provisional
FROM unnest(
    :thing_ids::uuid [], :slots::text [], :deadline_ids::uuid [], :due_instants::timestamptz [],
    :provisionals::boolean []
) AS m (thing_id, slot, deadline_id, due_at, is_provisional)
WHERE d.thing_id = m.thing_id AND d.slot = m.slot AND d.deadline_id = m.deadline_id AND d.stage < 2;

-- name: list_unwatched(after_instant, after_id, at_most)
-- Open disputes of which nothing is due, filed after that one and kept from other writers; those that somebody has in
-- hand get it with the step.
SELECT
    d.dispute_id, d.area, d.category, d.relation, d.state, d.registered_at,
    coalesce(d.counted_from, d.registered_at) AS started_at
FROM disputes AS d
WHERE d.closed_as IS NULL
    AND (
        :after_instant::timestamptz IS NULL
        OR (d.registered_at, d.dispute_id) > (:after_instant::timestamptz, :after_id::uuid)
    )
    AND NOT EXISTS (SELECT FROM deadlines AS e WHERE e.thing_id = d.dispute_id AND e.slot = 'state')
ORDER BY d.registered_at, d.dispute_id
LIMIT :at_most
FOR NO KEY UPDATE OF d SKIP LOCKED;
