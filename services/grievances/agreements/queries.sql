-- name: add_agreement(agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, confirmed_by_applicant_on, recorded_by, recorded_at)!
-- Store one agreement.
INSERT INTO agreements (
    agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, confirmed_by_applicant_on,
    recorded_by, recorded_at
)
VALUES (
    :agreement_id, :dispute_id, :area, :filed_by, :form, :terms_sealed, :reached_on, :effective_on,
    :confirmed_by_applicant_on, :recorded_by, :recorded_at
);

-- name: add_signatures(agreement_id, signers, days)!
-- Store who signed an agreement, on which day.
INSERT INTO agreement_signatures (agreement_id, signer, signed_on)
SELECT :agreement_id, t.signer, t.signed_on
FROM unnest(:signers::text [], :days::date []) AS t (signer, signed_on);

-- name: both_sides_met(dispute_id)$
-- Whether applicant and respondent both attended a session held since the dispute's last agreement, if it had one.
SELECT EXISTS (
    SELECT FROM sessions AS s
    WHERE s.dispute_id = :dispute_id
        AND s.attended @> ARRAY['applicant', 'respondent']
        AND s.held_at > coalesce(
            (SELECT max(a.recorded_at) FROM agreements AS a WHERE a.dispute_id = :dispute_id), '-infinity'
        )
);

-- name: find_latest_agreement(dispute_id)^
-- The agreement a dispute came to last, with its signatures as two arrays of one order.
SELECT
    a.agreement_id, a.dispute_id, a.form, a.terms_sealed, a.reached_on, a.confirmed_by_applicant_on, a.recorded_by,
    ARRAY(
        SELECT s.signer FROM agreement_signatures AS s WHERE s.agreement_id = a.agreement_id ORDER BY s.signer
    ) AS signers,
    ARRAY(
        SELECT s.signed_on FROM agreement_signatures AS s WHERE s.agreement_id = a.agreement_id ORDER BY s.signer
    ) AS days
FROM agreements AS a
WHERE a.dispute_id = :dispute_id
ORDER BY a.recorded_at DESC
LIMIT 1;
