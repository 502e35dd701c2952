-- name: add_comment(comment_id, dispute_id, area, filed_by, author, author_id, visible_to_complainant, written_at, text_sealed)!
-- Store one comment.
INSERT INTO comments (
    comment_id, dispute_id, area, filed_by, author, author_id, visible_to_complainant, written_at, text_sealed
)
VALUES (
    :comment_id, :dispute_id, :area, :filed_by, :author, :author_id, :visible_to_complainant, :written_at,
    :text_sealed
);

-- name: list_comments(dispute_id, internal, before_instant, before_id, count)
-- A page of the comments of one case, newest first; internal ones only where asked for, and where they may be seen.
SELECT comment_id, dispute_id, author, author_id, visible_to_complainant, written_at, text_sealed
FROM comments
WHERE dispute_id = :dispute_id
    AND (:internal OR visible_to_complainant)
    AND (
        :before_instant::timestamptz IS NULL
        OR (written_at, comment_id) < (:before_instant::timestamptz, :before_id::uuid)
    )
ORDER BY written_at DESC, comment_id DESC
LIMIT :count;
