-- name: list_categories()
-- The categories in use, in the order they are offered.
SELECT category, name_zh, name_en
FROM categories
WHERE in_use
ORDER BY position;

-- name: list_relations()
-- Who can stand against whom, in the order it is offered.
SELECT relation, name_zh, name_en
FROM relations
WHERE in_use
ORDER BY position;

-- name: add_dispute(dispute_id, area, case_year, grid_unit_id, relation, category, summary_sealed, filed_by, registered_at, state, version, session_count, channel, basis, ticket_kind, respondent_body, counted_from, secret_hash, words, sides, kinds, name_seals, phone_seals, phone_indexes, person_ids)$
-- Store a new dispute and its parties under the next serial of its community and year; the serial's row stays locked
-- until the commit that follows, so serials have no gaps and no twins. No row when category or relation is not in use.
WITH numbered AS (
    INSERT INTO case_serials AS s (area, case_year, last_serial)
    SELECT :area, :case_year, 1
    FROM categories AS c
    WHERE c.category = :category AND c.in_use
        AND EXISTS (SELECT FROM relations AS r WHERE r.relation = :relation AND r.in_use)
    ON CONFLICT (area, case_year) DO UPDATE SET last_serial = s.last_serial + 1
    RETURNING last_serial
),

stored AS (
    INSERT INTO disputes (
        dispute_id, area, case_year, serial, grid_unit_id, relation, category, summary_sealed, filed_by,
        registered_at, state, version, session_count, channel, basis, ticket_kind, respondent_body, counted_from,
        secret_hash, words
    )
    SELECT
        :dispute_id, :area, :case_year, n.last_serial, :grid_unit_id::uuid, :relation, :category, :summary_sealed,
        :filed_by, :registered_at, :state, :version, :session_count, :channel, :basis, :ticket_kind, :respondent_body,
        :counted_from, :secret_hash, :words::integer []
    FROM numbered AS n
    RETURNING dispute_id
),

parties AS (
    INSERT INTO dispute_parties (
        dispute_id, side, area, filed_by, kind, name_sealed, phone_sealed, phone_index, person_id
    )
    SELECT s.dispute_id, p.side, :area, :filed_by, p.kind, p.name_sealed, p.phone_sealed, p.phone_index, p.person_id
    FROM stored AS s, unnest(
        :sides::text [], :kinds::text [], :name_seals::bytea [], :phone_seals::bytea [], :phone_indexes::bytea [],
        :person_ids::text []
    ) AS p (side, kind, name_sealed, phone_sealed, phone_index, person_id)
)

SELECT n.last_serial FROM numbered AS n;

-- name: lock_dispute(dispute_id)^
-- One dispute for a change, with the accounts of its parties and of the body complained of, and how far up a missed
-- deadline has brought it; others who want to change it wait. The lock comes first: what stands beside the dispute is
-- looked up when nobody else changes it any more.
WITH held AS MATERIALIZED (
    SELECT
        d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
        d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
        d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
        d.satisfaction, d.on_behalf_of, d.recused_ids
    FROM disputes AS d
    WHERE d.dispute_id = :dispute_id
    FOR NO KEY UPDATE
)

SELECT
    held.*, known.applicant_id, known.respondent_id, known.opposed_ids, known.independent_ids, known.registered_ids,
    known.joint_case_id, known.stage
FROM held
CROSS JOIN LATERAL circumstances_of(held.dispute_id, held.area, held.respondent_body) AS known;

-- name: save_dispute(dispute_id, state, version, session_count, mediator_id, reason_code, agreement_form, closed_at, linked_to, chosen_by, resolution, counted_from, confirmed_at, satisfaction, on_behalf_of, recused_ids)!
-- Write what a step has changed; the row is locked by lock_dispute.
UPDATE disputes SET
    state = :state,
    version = :version,
    session_count = :session_count,
    mediator_id = :mediator_id,
    reason_code = :reason_code,
    agreement_form = :agreement_form,
    closed_at = :closed_at,
    linked_to = :linked_to,
    chosen_by = :chosen_by,
    resolution = :resolution,
    counted_from = :counted_from,
    confirmed_at = :confirmed_at,
    satisfaction = :satisfaction,
    on_behalf_of = :on_behalf_of,
    recused_ids = :recused_ids::text []
WHERE dispute_id = :dispute_id;

-- name: add_step(dispute_id, version, step, taken_at, reason_code)!
-- Keep what was done with a dispute and when: one row a version.
INSERT INTO dispute_steps (dispute_id, version, step, taken_at, reason_code)
VALUES (:dispute_id, :version, :step, :taken_at, :reason_code);

-- name: find_dispute(dispute_id)^
-- One dispute, to read, with what was told, sealed, and the same accounts as for a change.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction, d.on_behalf_of, d.recused_ids, d.summary_sealed,
    known.applicant_id, known.respondent_id, known.opposed_ids, known.independent_ids, known.registered_ids,
    known.joint_case_id, known.stage
FROM disputes AS d
CROSS JOIN LATERAL circumstances_of(d.dispute_id, d.area, d.respondent_body) AS known
WHERE d.dispute_id = :dispute_id;

-- name: list_parties(dispute_id)
-- The parties of one dispute, sealed; the applicant first.
SELECT side, kind, name_sealed, phone_sealed, person_id
FROM dispute_parties
WHERE dispute_id = :dispute_id
ORDER BY side;

-- name: add_mediator_change(dispute_id, version, from_id, to_id, reason_code, on_behalf_of, changed_by, changed_at)!
-- Keep who had a case before whom, and why that changed.
INSERT INTO mediator_changes (
    dispute_id, version, from_id, to_id, reason_code, on_behalf_of, changed_by, changed_at
)
VALUES (
    :dispute_id, :version, :from_id, :to_id, :reason_code, :on_behalf_of, :changed_by, :changed_at
);

-- name: list_mediator_changes(dispute_id)
-- Who has had a case before whom, the first change first.
SELECT dispute_id, version, from_id, to_id, reason_code, on_behalf_of, changed_by, changed_at
FROM mediator_changes
WHERE dispute_id = :dispute_id
ORDER BY version;

-- name: was_refused(dispute_id, account_id)$
-- Whether a party to this case has refused this mediator before.
SELECT EXISTS (
    SELECT FROM mediator_changes
    WHERE dispute_id = :dispute_id AND from_id = :account_id AND reason_code = 'party_refused_mediator'
);
