-- name: add_performance(obligation_id, performed_on, recorded_by, recorded_at)!
-- Store that an obligation was performed.
INSERT INTO performances (obligation_id, performed_on, recorded_by, recorded_at)
VALUES (:obligation_id, :performed_on, :recorded_by, :recorded_at);
