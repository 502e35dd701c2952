-- name: add_escalations(escalation_ids, deadline_ids, levels, things, thing_ids, rules, areas, categories, relations, due_instants, raised_at)!
-- Bring missed duties up to a level, once each.
INSERT INTO escalations (
    escalation_id, deadline_id, level, thing, thing_id, rule, area, category, relation, due_at, raised_at
)
SELECT
    e.escalation_id, e.deadline_id, e.level, e.thing, e.thing_id, e.rule, e.area, e.category, e.relation, e.due_at,
    :raised_at
FROM unnest(
    :escalation_ids::uuid [], :deadline_ids::uuid [], :levels::text [], :things::text [], :thing_ids::uuid [],
    :rules::text [], :areas::text [], :categories::text [], :relations::text [], :due_instants::timestamptz []
) AS e (escalation_id, deadline_id, level, thing, thing_id, rule, area, category, relation, due_at);

-- name: find_escalation(escalation_id)^
-- One escalation with its instruction, sealed, for whom its policies show it.
SELECT
    escalation_id, deadline_id, level, thing, thing_id, rule, area, category, relation, due_at, raised_at, answered_by,
    answered_at, settled_at, instruction_sealed
FROM escalations
WHERE escalation_id = :escalation_id;

-- name: lock_escalation(escalation_id)^
-- One escalation for its instruction; another officer who orders something waits. None for whom its level is too high.
SELECT
    escalation_id, deadline_id, level, thing, thing_id, rule, area, category, relation, due_at, raised_at, answered_by,
    answered_at, settled_at
FROM escalations
WHERE escalation_id = :escalation_id
FOR NO KEY UPDATE;

-- name: find_dispute_behind(thing, thing_id)$
-- To which dispute an agreement, obligation, joint case or joint task belongs; null for anything else.
SELECT dispute_behind(:thing, :thing_id);

-- name: answer_escalation(escalation_id, instruction_sealed, answered_by, answered_at)!
-- Write what is ordered; the row is locked by lock_escalation.
UPDATE escalations SET
    instruction_sealed = :instruction_sealed,
    answered_by = :answered_by,
    answered_at = :answered_at
WHERE escalation_id = :escalation_id;

-- name: list_escalations(prefixes, level, is_open, after_instant, after_id, count)
-- A page of what has come up to a level in these areas, the longest waiting first. `is_open`: null for all.
SELECT
    e.escalation_id, e.deadline_id, e.level, e.thing, e.thing_id, e.rule, e.area, e.category, e.relation, e.due_at,
    e.raised_at, e.answered_by, e.answered_at, e.settled_at
FROM escalations AS e
WHERE e.level = :level
    AND e.area ^@ ANY(:prefixes::text [])
    AND (:is_open::boolean IS NOT true OR e.settled_at IS NULL)
    AND (:is_open::boolean IS NOT false OR e.settled_at IS NOT NULL)
    AND (
        :after_instant::timestamptz IS NULL
        OR (e.raised_at, e.escalation_id) > (:after_instant::timestamptz, :after_id::uuid)
    )
ORDER BY e.raised_at, e.escalation_id
LIMIT :count;

-- name: list_of_thing(thing_id)
-- All that was ever brought up of one thing, in its order.
SELECT
    e.escalation_id, e.deadline_id, e.level, e.thing, e.thing_id, e.rule, e.area, e.category, e.relation, e.due_at,
    e.raised_at, e.answered_by, e.answered_at, e.settled_at
FROM escalations AS e
WHERE e.thing_id = :thing_id
ORDER BY e.raised_at, e.level DESC;
