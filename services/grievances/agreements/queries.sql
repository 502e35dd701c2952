-- name: add_agreement(agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, confirmed_by_applicant_on, steps_before, version, waits, recorded_by, recorded_at)!
-- Store one agreement; a draft has no day of effect yet.
INSERT INTO agreements (
    agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, confirmed_by_applicant_on,
    steps_before, version, waits, recorded_by, recorded_at
)
VALUES (
    :agreement_id, :dispute_id, :area, :filed_by, :form, :terms_sealed, :reached_on, :effective_on,
    :confirmed_by_applicant_on, :steps_before, :version, :waits, :recorded_by, :recorded_at
);

-- name: add_obligations(agreement_id, obligation_ids, numbers, owed_by, what_sealed, due_on)!
-- Store what an agreement promises, before anybody signs it.
INSERT INTO obligations (agreement_id, obligation_id, number, owed_by, what_sealed, due_on)
SELECT :agreement_id, t.obligation_id, t.number, t.owed_by, t.what_sealed, t.due_on
FROM unnest(
    :obligation_ids::uuid [], :numbers::bigint [], :owed_by::text [], :what_sealed::bytea [], :due_on::date []
) AS t (obligation_id, number, owed_by, what_sealed, due_on);

-- name: add_signatures(agreement_id, signers, days)!
-- Store who signed an agreement that binds as it is recorded, on which day.
INSERT INTO agreement_signatures (agreement_id, signer, signed_on)
SELECT :agreement_id, t.signer, t.signed_on
FROM unnest(:signers::text [], :days::date []) AS t (signer, signed_on);

-- name: add_signature(agreement_id, signer, signed_on, means, recorded_by, recorded_at)!
-- Store that one more has signed a draft.
INSERT INTO agreement_signatures (agreement_id, signer, signed_on, means, recorded_by, recorded_at)
VALUES (:agreement_id, :signer, :signed_on, :means, :recorded_by, :recorded_at);

-- name: end_draft(agreement_id, outcome, effective_on, recorded_by, recorded_at)!
-- Store what became of a draft: it binds, or was withdrawn.
INSERT INTO agreement_ends (agreement_id, outcome, effective_on, recorded_by, recorded_at)
VALUES (:agreement_id, :outcome, :effective_on, :recorded_by, :recorded_at);

-- name: keep_books(agreement_id, version, waits, bound_at)!
-- Keep how many facts were told of an agreement, and whether it waits or binds; its dispute is locked.
UPDATE agreements SET
    version = :version,
    waits = :waits,
    bound_at = :bound_at
WHERE agreement_id = :agreement_id;

-- name: find_ground(dispute_id, steps)^
-- Whether both sides attended a session held since the dispute's last agreement, if one binds; whether a draft of this
-- very mediation waits for signatures; and how often earlier ones were written or changed.
SELECT
    EXISTS (
        SELECT FROM sessions AS s
        WHERE s.dispute_id = :dispute_id
            AND s.attended @> ARRAY['applicant', 'respondent']
            AND s.held_at > coalesce(earlier.bound_at, '-infinity')
    ) AS both_sides_met,
    earlier.draft_waits,
    earlier.revisions
FROM (
    SELECT
        max(coalesce(a.bound_at, a.recorded_at)) FILTER (
            WHERE a.bound_at IS NOT NULL OR a.effective_on IS NOT NULL
        ) AS bound_at,
        coalesce(bool_or(a.waits AND a.steps_before = :steps), false) AS draft_waits,
        coalesce(sum(a.version + 1), 0)::bigint AS revisions
    FROM agreements AS a
    WHERE a.dispute_id = :dispute_id
) AS earlier;

-- name: list_agreements(dispute_id)
-- The agreements and drafts of a dispute, the last one first, each with its signatures as arrays of one order.
SELECT
    a.agreement_id, a.dispute_id, a.form, a.terms_sealed, a.reached_on, a.confirmed_by_applicant_on, a.recorded_by,
    a.recorded_at, a.version, a.bound_at, a.steps_before, coalesce(e.outcome = 'withdrawn', false) AS is_withdrawn,
    ARRAY(
        SELECT s.signer FROM agreement_signatures AS s WHERE s.agreement_id = a.agreement_id ORDER BY s.signer
    ) AS signers,
    ARRAY(
        SELECT s.signed_on FROM agreement_signatures AS s WHERE s.agreement_id = a.agreement_id ORDER BY s.signer
    ) AS days,
    ARRAY(
        SELECT s.means FROM agreement_signatures AS s WHERE s.agreement_id = a.agreement_id ORDER BY s.signer
    ) AS means,
    c.applied_on, c.court, d.outcome, d.decided_on
FROM agreements AS a
LEFT JOIN agreement_ends AS e ON e.agreement_id = a.agreement_id
LEFT JOIN judicial_confirmations AS c ON c.agreement_id = a.agreement_id
LEFT JOIN judicial_decisions AS d ON d.agreement_id = a.agreement_id
WHERE a.dispute_id = :dispute_id
ORDER BY a.recorded_at DESC, a.agreement_id DESC;

-- name: list_obligations(dispute_id)
-- What all agreements of a dispute promise, in order, and what was performed of it.
SELECT o.agreement_id, o.obligation_id, o.number, o.owed_by, o.what_sealed, o.due_on, p.performed_on
FROM agreements AS a
INNER JOIN obligations AS o ON o.agreement_id = a.agreement_id
LEFT JOIN performances AS p ON p.obligation_id = o.obligation_id
WHERE a.dispute_id = :dispute_id
ORDER BY o.agreement_id, o.number;

-- name: settle_watches(dispute_id)!
-- Nothing is due any more of a dispute's agreements: neither signatures nor promises nor the way to the court.
DELETE FROM deadlines AS w
USING agreements AS a
LEFT JOIN obligations AS o ON o.agreement_id = a.agreement_id
WHERE a.dispute_id = :dispute_id AND w.thing_id IN (a.agreement_id, o.obligation_id);
