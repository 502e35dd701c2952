-- name: list_districts()
-- The districts known here: what a client may name as its jurisdiction.
SELECT code FROM divisions WHERE level = 'district' ORDER BY code;

-- name: list_communities()
-- Where a dispute can lie, with the names of the streets.
SELECT c.code, c.name, s.name AS street
FROM divisions AS c
LEFT JOIN divisions AS s ON s.code = c.parent_code
WHERE c.level = 'community'
ORDER BY c.code;

-- name: get_changed_at()$
-- When what can be asked for was last changed.
SELECT changed_at FROM service_changes;

-- name: find_of_scope(communities, streets, wide, services, is_closed, since, until, reach, skip, count)
-- The disputes of a scope, newest first: each community, street and district is read along its own index.
SELECT found.dispute_id
FROM (
    SELECT one.dispute_id, one.registered_at
    FROM unnest(:communities::text []) AS scope (area)
    CROSS JOIN LATERAL (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.area = scope.area AND d.registered_at BETWEEN :since AND :until
            AND (:services::text [] IS NULL OR d.category = ANY (:services::text []))
            AND (:is_closed::boolean IS NULL OR (d.closed_as IS NOT NULL) = :is_closed::boolean)
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :reach
    ) AS one
    UNION ALL
    SELECT one.dispute_id, one.registered_at
    FROM unnest(:streets::text []) AS scope (street)
    CROSS JOIN LATERAL (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.street = scope.street AND d.registered_at BETWEEN :since AND :until
            AND (:services::text [] IS NULL OR d.category = ANY (:services::text []))
            AND (:is_closed::boolean IS NULL OR (d.closed_as IS NOT NULL) = :is_closed::boolean)
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :reach
    ) AS one
    UNION ALL
    SELECT one.dispute_id, one.registered_at
    FROM (
        SELECT left(known.code, 6) AS district
        FROM divisions AS known
        WHERE known.level = 'district' AND known.code ^@ ANY (:wide::text [])
    ) AS scope
    CROSS JOIN LATERAL (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.district = scope.district AND d.registered_at BETWEEN :since AND :until
            AND (:services::text [] IS NULL OR d.category = ANY (:services::text []))
            AND (:is_closed::boolean IS NULL OR (d.closed_as IS NOT NULL) = :is_closed::boolean)
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :reach
    ) AS one
) AS found
ORDER BY found.registered_at DESC, found.dispute_id DESC
LIMIT :count OFFSET :skip;

-- name: find_own(account_id, services, is_closed, since, until, skip, count)
-- What one account has filed, or others have filed for it, newest first.
SELECT d.dispute_id
FROM (
    SELECT d.dispute_id FROM disputes AS d WHERE d.filed_by = :account_id AND d.registered_at BETWEEN :since AND :until
    UNION ALL
    SELECT p.dispute_id FROM dispute_parties AS p
    WHERE p.side = 'applicant' AND p.person_id = :account_id AND p.person_id <> p.filed_by
) AS own
JOIN disputes AS d ON d.dispute_id = own.dispute_id
WHERE d.registered_at BETWEEN :since AND :until
    AND (:services::text [] IS NULL OR d.category = ANY (:services::text []))
    AND (:is_closed::boolean IS NULL OR (d.closed_as IS NOT NULL) = :is_closed::boolean)
ORDER BY d.registered_at DESC, d.dispute_id DESC
LIMIT :count OFFSET :skip;

-- name: find_numbered(areas, years, serials)
-- The disputes with these case numbers.
SELECT d.dispute_id
FROM unnest(:areas::text [], :years::bigint [], :serials::bigint []) AS n (area, case_year, serial)
JOIN disputes AS d USING (area, case_year, serial);

-- name: list_requests(dispute_ids)
-- How these disputes stand, newest first, as they are shown outside: no account, nothing that was told.
SELECT
    d.dispute_id, d.area, d.case_year, d.serial, d.category, c.name_zh AS category_name, d.registered_at, d.state,
    d.reason_code, d.resolution, d.closed_at, d.confirmed_at, due.due_at, due.stage, step.taken_at,
    (SELECT n.name FROM divisions AS n WHERE n.code = d.area) AS community_name,
    (SELECT n.name FROM divisions AS n WHERE n.code = d.street || '000') AS street_name,
    (SELECT n.name FROM divisions AS n WHERE n.code = d.district || '000000') AS district_name
FROM disputes AS d
JOIN categories AS c ON c.category = d.category
LEFT JOIN LATERAL (
    SELECT max(e.due_at) AS due_at, max(e.stage) AS stage FROM deadlines AS e WHERE e.thing_id = d.dispute_id
) AS due ON true
LEFT JOIN LATERAL (
    SELECT max(s.taken_at) AS taken_at FROM dispute_steps AS s WHERE s.dispute_id = d.dispute_id
) AS step ON true
WHERE d.dispute_id = ANY (:dispute_ids::uuid [])
ORDER BY d.registered_at DESC, d.dispute_id DESC;
