-- name: find_current_committee(area)^
-- The committee whose term runs in this area, kept from others who would end it too.
SELECT committee_id, area, formed_on, term_ends_on, ended_on
FROM committees
WHERE area = :area AND ended_on IS NULL
FOR UPDATE;

-- name: find_committee(committee_id)^
-- One committee by its id, kept as it is while somebody is hired for it.
SELECT committee_id, area, formed_on, term_ends_on, ended_on
FROM committees
WHERE committee_id = :committee_id
FOR UPDATE;

-- name: list_committees(areas)
-- The current committees of these areas with who is still in them, the nearest first.
SELECT
    c.committee_id, c.area, c.formed_on, c.term_ends_on, c.ended_on,
    count(m.*) AS members,
    count(m.*) FILTER (WHERE m.is_woman) AS women,
    count(m.*) FILTER (WHERE m.position = 'chair') AS chairs
FROM committees AS c
LEFT JOIN mediators AS m ON m.committee_id = c.committee_id AND m.kind = 'member' AND m.ended_on IS NULL
WHERE c.area = ANY(:areas) AND c.ended_on IS NULL
GROUP BY c.committee_id
ORDER BY c.area DESC;

-- name: add_committee(committee_id, area, formed_on, term_ends_on, formed_by)!
-- Store a committee that begins its term.
INSERT INTO committees (committee_id, area, formed_on, term_ends_on, formed_by, from_above)
VALUES (:committee_id, :area, :formed_on, :term_ends_on, :formed_by, sees_from_above(:area));

-- name: end_committee(committee_id, ended_on)!
-- The term of a committee is over.
UPDATE committees SET ended_on = :ended_on WHERE committee_id = :committee_id;

-- name: add_appointments(committee_id, area, kind, since, term_ends_on, appointed_by, appointment_ids, account_ids, positions, women, name_seals)!
-- Store who mediates for a committee from this day on.
INSERT INTO mediators (
    appointment_id, committee_id, area, account_id, kind, position, is_woman, name_sealed, since, term_ends_on, version,
    appointed_by, from_above
)
SELECT
    a.appointment_id, :committee_id, :area, a.account_id, :kind, a.position, a.is_woman, a.name_sealed, :since,
    :term_ends_on, 1, :appointed_by, sees_from_above(:area)
FROM unnest(
    :appointment_ids::uuid [], :account_ids::text [], :positions::text [], :women::boolean [], :name_seals::bytea []
) AS a (appointment_id, account_id, position, is_woman, name_sealed);

-- name: end_appointments(appointment_ids, ended_on, end_reason)!
-- These appointments are over, each a version up.
UPDATE mediators SET ended_on = :ended_on, end_reason = :end_reason, version = version + 1
WHERE appointment_id = ANY(:appointment_ids);

-- name: lock_appointment(appointment_id)^
-- One appointment for a change.
SELECT
    appointment_id, committee_id, area, account_id, kind, position, is_woman, name_sealed, since, term_ends_on, ended_on,
    end_reason, version
FROM mediators
WHERE appointment_id = :appointment_id
FOR UPDATE;

-- name: list_of_committee(committee_id)
-- Who still mediates for a committee.
SELECT
    appointment_id, committee_id, area, account_id, kind, position, is_woman, name_sealed, since, term_ends_on, ended_on,
    end_reason, version
FROM mediators
WHERE committee_id = :committee_id AND ended_on IS NULL;

-- name: list_mediators(areas, today)
-- Who may be named as a mediator in these areas today: the nearest committee's first, the chair before the others.
SELECT
    appointment_id, committee_id, area, account_id, kind, position, is_woman, name_sealed, since, term_ends_on, ended_on,
    end_reason, version
FROM mediators
WHERE area = ANY(:areas) AND ended_on IS NULL AND term_ends_on >= :today
ORDER BY area DESC, kind DESC, array_position(ARRAY['chair', 'vice_chair', 'member'], position), appointment_id;

-- name: is_mediator(account_id, area, today)$
-- Whether this account may be named as a mediator of this community today.
SELECT is_mediator(:account_id, :area, :today);

-- name: list_holding_office(account_ids, area)
-- Which of these accounts are known to hold an office of this community.
SELECT a.account_id
FROM unnest(:account_ids::text []) AS a (account_id)
WHERE holds_office(a.account_id, :area);
