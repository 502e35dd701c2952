-- name: add_referral(referral_id, area, case_year, dispute_id, category, relation, matter_sealed, name_sealed, phone_sealed, complainant_id, accused_id, body_complained_of, department_complained_of, requested_department, filed_by, registered_at, state, round, version, due_rule, counted_from, due_at)$
-- Store a new referral under the next serial of its community and year; the serial's row stays locked until the commit.
-- No row when the category is not in use.
WITH numbered AS (
    INSERT INTO referral_serials AS s (area, case_year, last_serial)
    SELECT :area, :case_year, 1
    FROM categories AS c
    WHERE c.category = :category AND (c.in_use OR :dispute_id::uuid IS NOT NULL)
    ON CONFLICT (area, case_year) DO UPDATE SET last_serial = s.last_serial + 1
    RETURNING last_serial
),

stored AS (
    INSERT INTO referrals (
        referral_id, area, case_year, serial, dispute_id, category, relation, matter_sealed, name_sealed, phone_sealed,
        complainant_id, accused_id, body_complained_of, department_complained_of, requested_department, filed_by,
        registered_at, state, round, version, due_rule, counted_from, due_at
    )
    SELECT
        :referral_id, :area, :case_year, n.last_serial, :dispute_id::uuid, :category, :relation, :matter_sealed,
        :name_sealed, :phone_sealed, :complainant_id, :accused_id, :body_complained_of, :department_complained_of,
        :requested_department, :filed_by, :registered_at, :state, :round, :version, :due_rule, :counted_from, :due_at
    FROM numbered AS n
)

SELECT n.last_serial FROM numbered AS n;

-- name: lock_referral(referral_id)^
-- One referral for a change, with the accounts that matter to it; others who want to change it wait.
SELECT
    r.referral_id, r.area, r.serial, r.dispute_id, r.category, r.relation, r.complainant_id, r.accused_id,
    r.body_complained_of, r.department_complained_of, r.requested_department, r.filed_by, r.registered_at, r.state,
    r.round, r.version, r.department_code, r.handler_id, r.answering_level, r.due_rule, r.counted_from, r.due_at,
    r.objection_due_at, r.is_extended, r.is_bound, r.outcome, r.reason_code, r.closed_at,
    (SELECT d.level FROM departments AS d WHERE d.code = r.department_code) AS department_level,
    ARRAY(
        SELECT s.account_id FROM seats AS s
        WHERE s.area = r.area AND s.body = r.body_complained_of AND s.ended_on IS NULL
        UNION ALL
        SELECT s.account_id FROM department_seats AS s
        WHERE s.code = r.department_complained_of AND s.ended_on IS NULL
    ) AS opposed_ids,
    free.independent_ids, free.registered_ids,
    ARRAY(
        SELECT s.account_id FROM department_seats AS s WHERE s.code = r.department_code AND s.ended_on IS NULL
    ) AS department_ids,
    ARRAY(
        SELECT s.account_id FROM department_seats AS s
        WHERE s.code = r.department_code AND s.position = 'head' AND s.ended_on IS NULL
    ) AS head_ids,
    ARRAY(
        SELECT h.department_code FROM referral_handovers AS h
        WHERE h.referral_id = r.referral_id AND h.returned_at IS NOT NULL
        ORDER BY h.number
    ) AS objected,
    ARRAY(
        SELECT DISTINCT acted.account_id
        FROM referral_steps AS t CROSS JOIN LATERAL (VALUES (t.taken_by), (t.named_id)) AS acted (account_id)
        WHERE t.referral_id = r.referral_id AND t.step IN ('accept', 'extend', 'recuse', 'answer')
            AND acted.account_id IS NOT NULL
    ) AS earlier_ids
FROM referrals AS r
CROSS JOIN LATERAL independents_of(r.area, r.body_complained_of) AS free
WHERE r.referral_id = :referral_id
FOR NO KEY UPDATE OF r;

-- name: find_referral(referral_id)^
-- One referral, to read, with what was told and by whom, sealed, and the same accounts as for a change.
SELECT
    r.referral_id, r.area, r.serial, r.dispute_id, r.category, r.relation, r.complainant_id, r.accused_id,
    r.body_complained_of, r.department_complained_of, r.requested_department, r.filed_by, r.registered_at, r.state,
    r.round, r.version, r.department_code, r.handler_id, r.answering_level, r.due_rule, r.counted_from, r.due_at,
    r.objection_due_at, r.is_extended, r.is_bound, r.outcome, r.reason_code, r.closed_at, r.matter_sealed,
    r.name_sealed, r.phone_sealed,
    (SELECT d.level FROM departments AS d WHERE d.code = r.department_code) AS department_level,
    ARRAY(
        SELECT s.account_id FROM seats AS s
        WHERE s.area = r.area AND s.body = r.body_complained_of AND s.ended_on IS NULL
        UNION ALL
        SELECT s.account_id FROM department_seats AS s
        WHERE s.code = r.department_complained_of AND s.ended_on IS NULL
    ) AS opposed_ids,
    free.independent_ids, free.registered_ids,
    ARRAY(
        SELECT s.account_id FROM department_seats AS s WHERE s.code = r.department_code AND s.ended_on IS NULL
    ) AS department_ids,
    ARRAY(
        SELECT s.account_id FROM department_seats AS s
        WHERE s.code = r.department_code AND s.position = 'head' AND s.ended_on IS NULL
    ) AS head_ids
FROM referrals AS r
CROSS JOIN LATERAL independents_of(r.area, r.body_complained_of) AS free
WHERE r.referral_id = :referral_id;

-- name: save_referral(referral_id, state, round, version, department_code, handler_id, answering_level, due_rule, counted_from, due_at, objection_due_at, is_extended, is_bound, outcome, reason_code, closed_at)!
-- Write what a step has changed; the row is locked by lock_referral.
UPDATE referrals SET
    state = :state,
    round = :round,
    version = :version,
    department_code = :department_code,
    handler_id = :handler_id,
    answering_level = :answering_level,
    due_rule = :due_rule,
    counted_from = :counted_from,
    due_at = :due_at,
    objection_due_at = :objection_due_at,
    is_extended = :is_extended,
    is_bound = :is_bound,
    outcome = :outcome,
    reason_code = :reason_code,
    closed_at = :closed_at
WHERE referral_id = :referral_id;

-- name: hand_over(referral_id, number, department_code, handed_over_at)!
-- A department has it from now on.
INSERT INTO referral_handovers (referral_id, number, department_code, handed_over_at)
VALUES (:referral_id, :number, :department_code, :handed_over_at);

-- name: give_back(referral_id, returned_at)!
-- The department that has it gives it back, and sees it no more.
UPDATE referral_handovers SET returned_at = :returned_at WHERE referral_id = :referral_id AND returned_at IS NULL;

-- name: add_step(referral_id, version, step, taken_at, taken_by, department_code, round, due_at, named_id, reason_code, words_sealed)!
-- Keep that a step was taken, by whom and why.
INSERT INTO referral_steps (
    referral_id, version, step, taken_at, taken_by, department_code, round, due_at, named_id, reason_code,
    words_sealed
)
VALUES (
    :referral_id, :version, :step, :taken_at, :taken_by, :department_code, :round, :due_at, :named_id, :reason_code,
    :words_sealed
);

-- name: list_steps(referral_id)
-- All steps of a referral in their order.
SELECT version, step, taken_at, taken_by, department_code, round, due_at, named_id, reason_code, words_sealed
FROM referral_steps
WHERE referral_id = :referral_id
ORDER BY version;

-- name: add_answer(referral_id, round, answering_level, department_code, answer_sealed, document_number, answered_on, received_on, appeal_until, recorded_by, recorded_at)!
-- Keep the written answer of a round.
INSERT INTO referral_answers (
    referral_id, round, answering_level, department_code, answer_sealed, document_number, answered_on, received_on,
    appeal_until, recorded_by, recorded_at
)
VALUES (
    :referral_id, :round, :answering_level, :department_code, :answer_sealed, :document_number, :answered_on,
    :received_on, :appeal_until, :recorded_by, :recorded_at
);

-- name: list_answers(referral_id)
-- The written answers to a referral in the order of their rounds, sealed.
SELECT round, answering_level, department_code, answer_sealed, document_number, answered_on, received_on, appeal_until
FROM referral_answers
WHERE referral_id = :referral_id
ORDER BY recorded_at;

-- name: list_referrals(own, actor, prefixes, departments, dispute_id, state, now, before_instant, before_id, count)
-- A page, newest first: one's own; or of areas, or with departments, whichever are given. An answer that nobody
-- contested in time counts as closed. Row security leaves out what the reader may not see before the page is cut.
SELECT
    r.referral_id, r.area, r.serial, r.dispute_id, r.category, r.relation, r.complainant_id, r.accused_id,
    r.body_complained_of, r.department_complained_of, r.requested_department, r.filed_by, r.registered_at, r.state,
    r.round, r.version, r.department_code, r.handler_id, r.answering_level, r.due_rule, r.counted_from, r.due_at,
    r.objection_due_at, r.is_extended, r.is_bound, r.outcome, r.reason_code, r.closed_at,
    (SELECT d.level FROM departments AS d WHERE d.code = r.department_code) AS department_level
FROM referrals AS r
WHERE (NOT :own OR r.complainant_id = :actor OR r.filed_by = :actor)
    AND (:prefixes::text [] IS NULL OR r.area ^@ ANY (:prefixes::text []))
    AND (:departments::text [] IS NULL OR r.department_code = ANY (:departments::text []))
    AND (:dispute_id::uuid IS NULL OR r.dispute_id = :dispute_id)
    AND (
        :state::text IS NULL
        OR CASE WHEN r.state = 'answered' AND r.due_at <= :now THEN 'closed' ELSE r.state END = :state
    )
    AND (
        :before_instant::timestamptz IS NULL
        OR (r.registered_at, r.referral_id) < (:before_instant::timestamptz, :before_id::uuid)
    )
ORDER BY r.registered_at DESC, r.referral_id DESC
LIMIT :count;

-- name: list_of_dispute(dispute_id)
-- The referrals that a dispute led to, the first one first.
SELECT
    r.referral_id, r.area, r.serial, r.dispute_id, r.category, r.relation, r.complainant_id, r.accused_id,
    r.body_complained_of, r.department_complained_of, r.requested_department, r.filed_by, r.registered_at, r.state,
    r.round, r.version, r.department_code, r.handler_id, r.answering_level, r.due_rule, r.counted_from, r.due_at,
    r.objection_due_at, r.is_extended, r.is_bound, r.outcome, r.reason_code, r.closed_at,
    (SELECT d.level FROM departments AS d WHERE d.code = r.department_code) AS department_level
FROM referrals AS r
WHERE r.dispute_id = :dispute_id
ORDER BY r.registered_at, r.referral_id;
