-- name: add_session(session_id, dispute_id, number, area, filed_by, held_at, ended_at, is_public, attended, mediators, guests, place_sealed, record_sealed, recorded_by)!
-- Store the record of one session.
INSERT INTO sessions (
    session_id, dispute_id, number, area, filed_by, held_at, ended_at, is_public, attended, mediators, guests,
    place_sealed, record_sealed, recorded_by
)
VALUES (
    :session_id, :dispute_id, :number, :area, :filed_by, :held_at, :ended_at, :is_public, :attended::text [],
    :mediators::text [], :guests::jsonb, :place_sealed, :record_sealed, :recorded_by
);

-- name: list_sessions(dispute_id)
-- The sessions of one dispute, in the order they were recorded.
SELECT
    session_id, dispute_id, number, held_at, ended_at, is_public, attended, mediators, guests, place_sealed,
    record_sealed, recorded_by
FROM sessions
WHERE dispute_id = :dispute_id
ORDER BY number;
