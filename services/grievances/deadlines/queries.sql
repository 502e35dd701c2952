-- name: list_rules()
-- All rules, as they stand.
SELECT rule, amount, unit, is_duty, near_hours, street_after_days, district_after_days, law_maximum, source
FROM deadline_rules
ORDER BY rule;

-- name: list_holidays()
-- All days that differ from the week's own rhythm.
SELECT day, is_working FROM holidays;

-- name: last_holiday_year()$
-- The last year that the table speaks for; null while it is empty.
SELECT max(year) FROM holiday_years;

-- name: watch(thing_id, slot, thing, deadline_id, rule, area, category, relation, started_at, due_at, near_at)!
-- Have a due time in sight. The same one again changes nothing, so what was told of it is not told twice.
INSERT INTO deadlines AS kept (
    thing_id, slot, thing, deadline_id, rule, area, category, relation, started_at, due_at, next_at
)
VALUES (
    :thing_id, :slot, :thing, :deadline_id, :rule, :area, :category, :relation, :started_at, :due_at, :near_at
)
ON CONFLICT (thing_id, slot) DO UPDATE SET
    deadline_id = excluded.deadline_id,
    rule = excluded.rule,
    started_at = excluded.started_at,
    due_at = excluded.due_at,
    stage = 0,
    next_at = excluded.next_at
WHERE (kept.rule, kept.started_at, kept.due_at) IS DISTINCT FROM (excluded.rule, excluded.started_at, excluded.due_at);

-- name: settle(thing_id, slot)!
-- Nothing is due of this thing any more; in one slot, or in all.
DELETE FROM deadlines WHERE thing_id = :thing_id AND (:slot::text IS NULL OR slot = :slot);
