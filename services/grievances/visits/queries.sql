-- name: add_visit(visit_id, dispute_id, agreement_id, area, held_on, performed, record_sealed, recorded_by, recorded_at)!
-- Store the record of one visit.
INSERT INTO visits (
    visit_id, dispute_id, agreement_id, area, held_on, performed, record_sealed, recorded_by, recorded_at
)
VALUES (
    :visit_id, :dispute_id, :agreement_id, :area, :held_on, :performed, :record_sealed, :recorded_by, :recorded_at
);

-- name: list_visits(dispute_id)
-- The visits about one dispute, in their order.
SELECT visit_id, dispute_id, agreement_id, held_on, performed, record_sealed, recorded_by
FROM visits
WHERE dispute_id = :dispute_id
ORDER BY held_on, visit_id;
