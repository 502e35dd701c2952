-- name: add_joint_case(joint_case_id, dispute_id, area, category, relation, body_complained_of, question_sealed, withheld, convened_by, convened_at, answer_due_at, state, version)!
-- Store a joint case; a dispute has one open at a time.
INSERT INTO joint_cases (
    joint_case_id, dispute_id, area, category, relation, body_complained_of, question_sealed, withheld, convened_by,
    convened_at, answer_due_at, state, version
)
VALUES (
    :joint_case_id, :dispute_id, :area, :category, :relation, :body_complained_of, :question_sealed,
    :withheld::bytea [], :convened_by, :convened_at, :answer_due_at, :state, :version
);

-- name: lock_joint_case(joint_case_id)^
-- One joint case for a change, with the bodies that have answered; others who want to change it wait.
SELECT
    j.joint_case_id, j.dispute_id, j.area, j.category, j.relation, j.body_complained_of, j.question_sealed, j.withheld,
    j.convened_by, j.convened_at, j.answer_due_at, j.state, j.version
FROM joint_cases AS j
WHERE j.joint_case_id = :joint_case_id
FOR NO KEY UPDATE;

-- name: find_joint_case(joint_case_id)^
-- One joint case, to read.
SELECT
    j.joint_case_id, j.dispute_id, j.area, j.category, j.relation, j.body_complained_of, j.question_sealed, j.withheld,
    j.convened_by, j.convened_at, j.answer_due_at, j.state, j.version
FROM joint_cases AS j
WHERE j.joint_case_id = :joint_case_id;

-- name: find_joint_case_of_task(task_id)$
-- To which joint case a task belongs.
SELECT joint_case_id FROM joint_tasks WHERE task_id = :task_id;

-- name: save_joint_case(joint_case_id, state, version)!
-- Write what a step has changed; the row is locked by lock_joint_case.
UPDATE joint_cases SET state = :state, version = :version WHERE joint_case_id = :joint_case_id;

-- name: list_joint_cases(scope, areas, dispute_id, before_instant, before_id, count)
-- A page, newest first: of the division-code prefixes where the reader works, and of the communities of the own seats.
-- By a dispute it is found only by who sees that dispute.
SELECT
    j.joint_case_id, j.dispute_id, j.area, j.category, j.relation, j.body_complained_of, j.question_sealed, j.withheld,
    j.convened_by, j.convened_at, j.answer_due_at, j.state, j.version
FROM joint_cases AS j
WHERE (j.area ^@ ANY (:scope::text []) OR j.area = ANY (:areas::text []))
    AND (
        :dispute_id::uuid IS NULL
        OR (j.dispute_id = :dispute_id AND EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = j.dispute_id))
    )
    AND (
        :before_instant::timestamptz IS NULL
        OR (j.convened_at, j.joint_case_id) < (:before_instant::timestamptz, :before_id::uuid)
    )
ORDER BY j.convened_at DESC, j.joint_case_id DESC
LIMIT :count;

-- name: answered_bodies(joint_case_ids)
-- Which bodies have answered in which joint case, as far as the reader may know.
SELECT joint_case_id, body
FROM joint_answers
WHERE joint_case_id = ANY (:joint_case_ids::uuid [])
ORDER BY joint_case_id, answered_at, body;

-- name: add_answer(joint_case_id, body, dispute_id, area, answer_sealed, answered_by, answered_at, recorded_for_it)!
-- Store the answer of a body.
INSERT INTO joint_answers (
    joint_case_id, body, dispute_id, area, answer_sealed, answered_by, answered_at, recorded_for_it
)
VALUES (
    :joint_case_id, :body, :dispute_id, :area, :answer_sealed, :answered_by, :answered_at, :recorded_for_it
);

-- name: list_answers(joint_case_id)
-- The answers in a joint case, in the order in which they came.
SELECT body, answer_sealed, answered_by, answered_at, recorded_for_it
FROM joint_answers
WHERE joint_case_id = :joint_case_id
ORDER BY answered_at, body;

-- name: add_task(task_id, joint_case_id, dispute_id, area, body, what_sealed, due_on, given_by, given_at)!
-- Store a task.
INSERT INTO joint_tasks (task_id, joint_case_id, dispute_id, area, body, what_sealed, due_on, given_by, given_at)
VALUES (:task_id, :joint_case_id, :dispute_id, :area, :body, :what_sealed, :due_on, :given_by, :given_at);

-- name: list_tasks(joint_case_id)
-- The tasks of a joint case, in the order in which they were given.
SELECT task_id, body, what_sealed, due_on, given_by, given_at, record_sealed, done_by, done_at
FROM joint_tasks
WHERE joint_case_id = :joint_case_id
ORDER BY given_at, task_id;

-- name: save_task_done(task_id, record_sealed, done_by, done_at)!
-- A task is done; its joint case is locked.
UPDATE joint_tasks SET record_sealed = :record_sealed, done_by = :done_by, done_at = :done_at WHERE task_id = :task_id;

-- name: add_decision(joint_case_id, dispute_id, area, decided_on, decision_sealed, document_number, appeal_body, appeal_within_days, appeal_how, appeal_until, decided_by, decided_at)!
-- Store the decision in a joint case.
INSERT INTO joint_decisions (
    joint_case_id, dispute_id, area, decided_on, decision_sealed, document_number, appeal_body, appeal_within_days,
    appeal_how, appeal_until, decided_by, decided_at
)
VALUES (
    :joint_case_id, :dispute_id, :area, :decided_on, :decision_sealed, :document_number, :appeal_body,
    :appeal_within_days, :appeal_how, :appeal_until, :decided_by, :decided_at
);

-- name: find_decision(joint_case_id)^
-- The decision in a joint case.
SELECT
    joint_case_id, decided_on, decision_sealed, document_number, appeal_body, appeal_within_days, appeal_how,
    appeal_until, decided_by
FROM joint_decisions
WHERE joint_case_id = :joint_case_id;

-- name: find_decision_of_dispute(dispute_id)^
-- The last decision on a dispute.
SELECT
    joint_case_id, decided_on, decision_sealed, document_number, appeal_body, appeal_within_days, appeal_how,
    appeal_until, decided_by
FROM joint_decisions
WHERE dispute_id = :dispute_id
ORDER BY decided_at DESC
LIMIT 1;

-- name: list_task_ids(joint_case_id)
-- The tasks of a joint case by their ids alone.
SELECT task_id FROM joint_tasks WHERE joint_case_id = :joint_case_id;
