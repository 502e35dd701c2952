-- name: add_note(note_id, area, grid_unit_id, taken_by, taken_on, recorded_at, text_sealed, state, version)!
-- Store a note that was taken.
INSERT INTO notes (note_id, area, grid_unit_id, taken_by, taken_on, recorded_at, text_sealed, state, version)
VALUES (
    :note_id, :area, :grid_unit_id::uuid, :taken_by, :taken_on, :recorded_at, :text_sealed, :state, :version
);

-- name: save_note(note_id, state, version, dispute_id, outcome, answer_sealed, closed_at)!
-- Write what a step has changed; the row is locked by lock_note.
UPDATE notes SET
    state = :state,
    version = :version,
    dispute_id = :dispute_id,
    outcome = :outcome,
    answer_sealed = :answer_sealed,
    closed_at = :closed_at
WHERE note_id = :note_id;

-- name: add_step(note_id, version, step, done_by, done_at, outcome)!
-- Keep who did what with a note and when.
INSERT INTO note_steps (note_id, version, step, done_by, done_at, outcome)
VALUES (:note_id, :version, :step, :done_by, :done_at, :outcome);

-- name: lock_note(note_id)^
-- One note for a change, with its place in the grid and how far up a missed due time has brought it; others wait.
SELECT
    n.note_id, n.area, n.grid_unit_id, n.taken_by, n.taken_on, n.recorded_at, n.text_sealed, n.state, n.version,
    n.dispute_id, n.outcome, n.answer_sealed, n.closed_at,
    (SELECT u.path FROM grid_units AS u WHERE u.grid_unit_id = n.grid_unit_id) AS grid_path,
    (SELECT e.due_at FROM deadlines AS e WHERE e.thing_id = n.note_id AND e.slot = 'state') AS due_at,
    (SELECT e.stage FROM deadlines AS e WHERE e.thing_id = n.note_id AND e.slot = 'state') AS stage
FROM notes AS n
WHERE n.note_id = :note_id
FOR NO KEY UPDATE OF n;

-- name: find_note(note_id, dispute_id)^
-- One note to read, by its own id or by that of the case it became.
SELECT
    n.note_id, n.area, n.grid_unit_id, n.taken_by, n.taken_on, n.recorded_at, n.text_sealed, n.state, n.version,
    n.dispute_id, n.outcome, n.answer_sealed, n.closed_at,
    (SELECT u.path FROM grid_units AS u WHERE u.grid_unit_id = n.grid_unit_id) AS grid_path, due.due_at, due.stage
FROM notes AS n
LEFT JOIN deadlines AS due ON due.thing_id = n.note_id AND due.slot = 'state'
WHERE n.note_id = :note_id::uuid OR n.dispute_id = :dispute_id::uuid;

-- name: list_steps(note_id)
-- The history of one note, in its order.
SELECT step, done_by, done_at, outcome
FROM note_steps
WHERE note_id = :note_id
ORDER BY version;

-- name: list_in_scope(prefixes, state, before_instant, before_id, count)
-- A page of the notes of an area, newest first: each community of it is read along its own index.
SELECT
    page.note_id, page.area, page.grid_unit_id, page.taken_by, page.taken_on, page.recorded_at, page.state,
    page.version, page.dispute_id, page.outcome, page.closed_at, due.due_at, due.stage
FROM (
    SELECT known.code
    FROM divisions AS known
    WHERE known.level = 'community' AND known.code ^@ ANY (:prefixes::text [])
) AS scope
CROSS JOIN LATERAL (
    SELECT
        n.note_id, n.area, n.grid_unit_id, n.taken_by, n.taken_on, n.recorded_at, n.state, n.version, n.dispute_id,
        n.outcome, n.closed_at
    FROM notes AS n
    WHERE n.area = scope.code
        AND (:state::text IS NULL OR n.state = :state)
        AND (
            :before_instant::timestamptz IS NULL
            OR (n.recorded_at, n.note_id) < (:before_instant::timestamptz, :before_id::uuid)
        )
    ORDER BY n.recorded_at DESC, n.note_id DESC
    LIMIT :count
) AS page
LEFT JOIN deadlines AS due ON due.thing_id = page.note_id AND due.slot = 'state'
ORDER BY page.recorded_at DESC, page.note_id DESC
LIMIT :count;

-- name: list_taken_by(taken_by, state, before_instant, before_id, count)
-- A page of what one person has taken, newest first.
SELECT
    n.note_id, n.area, n.grid_unit_id, n.taken_by, n.taken_on, n.recorded_at, n.state, n.version, n.dispute_id,
    n.outcome, n.closed_at, due.due_at, due.stage
FROM notes AS n
LEFT JOIN deadlines AS due ON due.thing_id = n.note_id AND due.slot = 'state'
WHERE n.taken_by = :taken_by
    AND (:state::text IS NULL OR n.state = :state)
    AND (
        :before_instant::timestamptz IS NULL
        OR (n.recorded_at, n.note_id) < (:before_instant::timestamptz, :before_id::uuid)
    )
ORDER BY n.recorded_at DESC, n.note_id DESC
LIMIT :count;
