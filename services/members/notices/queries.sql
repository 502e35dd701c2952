-- name: begin_notification(event_id, dispute_id, notified_at)$
-- Take this fact once: gives which one of its dispute it is, or nothing when it has been taken before.
INSERT INTO notifications (event_id, dispute_id, version, notified_at)
SELECT :event_id, :dispute_id, coalesce(max(version), 0) + 1, :notified_at
FROM notifications
WHERE dispute_id = :dispute_id
ON CONFLICT (event_id) DO NOTHING
RETURNING version;

-- name: add_notices(notice_ids, levels, recipient_ids, grid_unit_ids, places, event_id, kind, dispute_id, category, area, occurred_at, created_at)!
-- Put one notice for each level into its holder's inbox.
INSERT INTO notices (
    notice_id, level, recipient_id, grid_unit_id, place, event_id, kind, dispute_id, category, area, occurred_at, created_at
)
SELECT
    n.notice_id, n.level, n.recipient_id, n.grid_unit_id, n.place,
    :event_id, :kind, :dispute_id, :category, :area, :occurred_at, :created_at
FROM unnest(:notice_ids::uuid[], :levels::text[], :recipient_ids::text[], :grid_unit_ids::uuid[], :places::text[])
    AS n (notice_id, level, recipient_id, grid_unit_id, place);

-- name: page_notices(recipient_id, unread, before, limit)
-- One page of a person's inbox, the newest first; of the unread alone when asked so.
SELECT
    notice_id, event_id, level, recipient_id, kind, dispute_id, category, area, grid_unit_id, place, occurred_at,
    created_at, read_at
FROM notices
WHERE recipient_id = :recipient_id
    AND (NOT :unread OR read_at IS NULL)
    AND (:before::uuid IS NULL OR notice_id < :before)
ORDER BY notice_id DESC
LIMIT :limit;

-- name: count_unread(recipient_id)$
-- How many notices a person has not read.
SELECT count(*) FROM notices WHERE recipient_id = :recipient_id AND read_at IS NULL;

-- name: mark_read(notice_id, recipient_id, read_at)^
-- Note when a notice was first read; reading it again changes nothing.
UPDATE notices
SET read_at = coalesce(read_at, :read_at)
WHERE notice_id = :notice_id AND recipient_id = :recipient_id
RETURNING
    notice_id, event_id, level, recipient_id, kind, dispute_id, category, area, grid_unit_id, place, occurred_at,
    created_at, read_at;
