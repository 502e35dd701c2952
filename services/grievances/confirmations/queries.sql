-- name: add_application(agreement_id, applied_on, court, recorded_by, recorded_at)!
-- Store that both parties have asked the court.
INSERT INTO judicial_confirmations (agreement_id, applied_on, court, recorded_by, recorded_at)
VALUES (:agreement_id, :applied_on, :court, :recorded_by, :recorded_at);

-- name: add_decision(agreement_id, outcome, decided_on, recorded_by, recorded_at)!
-- Store what the court said.
INSERT INTO judicial_decisions (agreement_id, outcome, decided_on, recorded_by, recorded_at)
VALUES (:agreement_id, :outcome, :decided_on, :recorded_by, :recorded_at);
