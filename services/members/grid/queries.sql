-- name: add_units(ids, kinds, parent_ids, paths, labels, areas, versions, registered_at)!
-- Add places.
INSERT INTO grid_units (grid_unit_id, kind, parent_id, path, label, area, version, registered_at)
SELECT u.grid_unit_id, u.kind, u.parent_id, u.path, u.label, u.area, u.version, :registered_at
FROM unnest(
    :ids::uuid[], :kinds::text[], :parent_ids::uuid[], :paths::text[], :labels::text[], :areas::text[], :versions::integer[]
) AS u (grid_unit_id, kind, parent_id, path, label, area, version);

-- name: rename_community_units(areas, labels)
-- Give the units of renamed communities their new label and version.
UPDATE grid_units AS u
SET label = n.label, version = u.version + 1
FROM unnest(:areas::text[], :labels::text[]) AS n (area, label)
WHERE u.area = n.area AND u.kind = 'community'
RETURNING u.grid_unit_id, u.kind, u.parent_id, u.path, u.label, u.area, u.version;

-- name: find_unit(grid_unit_id)^
-- One place by its id.
SELECT grid_unit_id, kind, parent_id, path, label, area, version
FROM grid_units
WHERE grid_unit_id = :grid_unit_id;

-- name: lock_unit(grid_unit_id)^
-- One place by its id; others who change what hangs on it wait.
SELECT grid_unit_id, kind, parent_id, path, label, area, version
FROM grid_units
WHERE grid_unit_id = :grid_unit_id
FOR NO KEY UPDATE;

-- name: find_community_unit(area)^
-- The top of a community's grid.
SELECT grid_unit_id, kind, parent_id, path, label, area, version
FROM grid_units
WHERE area = :area AND kind = 'community';

-- name: find_labelled(parent_id, label)^
-- The place of this label among its siblings.
SELECT grid_unit_id, kind, parent_id, path, label, area, version
FROM grid_units
WHERE parent_id = :parent_id AND label = :label;

-- name: list_units(ids)
-- Several places by their ids, from the community's unit down.
SELECT grid_unit_id, kind, parent_id, path, label, area, version
FROM grid_units
WHERE grid_unit_id = ANY(:ids::uuid[])
ORDER BY length(path);

-- name: page_units(area, kind, parent_id, prefixes, paths, after, limit)
-- One page of what the grants show, each an area prefix and a grid path; parents come before what lies in them.
SELECT grid_unit_id, kind, parent_id, path, label, area, version
FROM grid_units AS u
WHERE u.area ^@ :area
    AND (:kind::text IS NULL OR u.kind = :kind)
    AND (:parent_id::uuid IS NULL OR u.parent_id = :parent_id)
    AND EXISTS (
        SELECT 1
        FROM unnest(:prefixes::text[], :paths::text[]) AS g (prefix, path)
        WHERE u.area ^@ g.prefix AND (u.path = g.path OR u.path ^@ (g.path || '/'))
    )
    AND u.path > :after
ORDER BY u.path
LIMIT :limit;
