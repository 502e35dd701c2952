-- name: follow_case(area, case_year, serial, hash)$
-- The case with this number and secret; from here on the transaction sees it, and it alone, as whoever filed it does.
SELECT follow_case(:area, :case_year, :serial, :hash);

-- name: find_primary(dispute_id)^
-- How the case stands that is worked on for this linked one as well; no row when it is not linked.
SELECT p.state, p.reason_code, p.resolution, p.closed_at, p.stage, p.rule, p.due_at
FROM primary_of(:dispute_id) AS p;

-- name: list_due(dispute_id)
-- What is due of one case, the next first.
SELECT rule, due_at
FROM deadlines
WHERE thing_id = :dispute_id
ORDER BY due_at, slot;

-- name: list_steps(dispute_id)
-- What was done with one case and when, in its order; also when its secret was renewed.
SELECT s.step, s.taken_at, s.reason_code, s.version
FROM dispute_steps AS s
WHERE s.dispute_id = :dispute_id
UNION ALL
SELECT 'secret_renewed', r.renewed_at, NULL, NULL
FROM case_secrets_renewed AS r
WHERE r.dispute_id = :dispute_id
ORDER BY taken_at, version;

-- name: renew_secret(dispute_id, hash, renewed_by, renewed_at)!
-- Let another secret open the case; the one before opens nothing any more.
WITH renewed AS (
    INSERT INTO case_secrets_renewed (dispute_id, renewed_at, renewed_by)
    VALUES (:dispute_id, :renewed_at, :renewed_by)
)

UPDATE disputes SET secret_hash = :hash WHERE dispute_id = :dispute_id;
