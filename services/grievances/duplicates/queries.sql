-- name: list_look_alikes(dispute_id, since, days, in_area, by_phone)
-- Cases that may tell what this one tells, with what speaks for it; whether they may be seen, `list_seen` says.
SELECT l.dispute_id, l.same_applicant, l.same_respondent, l.same_matter
FROM look_alikes(:dispute_id, :since, :days, :in_area, :by_phone) AS l;

-- name: list_seen(dispute_ids)
-- Those of these cases that the transaction sees.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction
FROM disputes AS d
WHERE d.dispute_id = ANY (:dispute_ids::uuid []);

-- name: list_linked(dispute_id)
-- The cases that are worked on with this one, as far as the transaction sees them, in the order they came in.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction
FROM disputes AS d
WHERE d.linked_to = :dispute_id
ORDER BY d.registered_at, d.dispute_id;

-- name: has_linked(dispute_id)$
-- Whether cases are worked on with this one, also where this transaction does not see them.
SELECT is_primary(:dispute_id);
