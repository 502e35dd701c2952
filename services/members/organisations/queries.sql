-- name: add_organisation(organisation_id, name, kind, area, parent_id, version, registered_at)!
-- Add one organisation.
INSERT INTO organisations (organisation_id, name, kind, area, parent_id, version, registered_at)
VALUES (:organisation_id, :name, :kind, :area, :parent_id, :version, :registered_at);

-- name: find_organisation(organisation_id)^
-- One organisation by its id.
SELECT organisation_id, name, kind, area, parent_id, version
FROM organisations
WHERE organisation_id = :organisation_id;

-- name: find_named(area, name)^
-- The organisation of this name in one division.
SELECT organisation_id, name, kind, area, parent_id, version
FROM organisations
WHERE area = :area AND name = :name;

-- name: page_organisations(prefix, kind, before, limit)
-- One page of the organisations in an area, of one kind or of all, the latest entered first.
SELECT organisation_id, name, kind, area, parent_id, version
FROM organisations
WHERE area ^@ :prefix
    AND (:kind::text IS NULL OR kind = :kind)
    AND (:before::uuid IS NULL OR organisation_id < :before)
ORDER BY organisation_id DESC
LIMIT :limit;

-- name: list_kinds_by_community(prefix)
-- Every community of an area with the kinds of organisation that stand in it, none included.
SELECT
    d.code,
    coalesce(array_agg(DISTINCT o.kind) FILTER (WHERE o.kind IS NOT NULL), '{}') AS kinds
FROM divisions AS d
LEFT JOIN organisations AS o ON o.area = d.code
WHERE d.level = 'community' AND d.code ^@ :prefix
GROUP BY d.code;
