-- name: save_divisions(codes, names, levels, parent_codes, versions)!
-- Keep what members told of divisions; an older telling never overwrites a newer one.
INSERT INTO divisions (code, name, level, parent_code, version)
SELECT t.code, t.name, t.level, t.parent_code, t.version
FROM unnest(:codes::text [], :names::text [], :levels::text [], :parent_codes::text [], :versions::bigint [])
    AS t (code, name, level, parent_code, version)
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name,
    level = excluded.level,
    parent_code = excluded.parent_code,
    version = excluded.version
WHERE divisions.version < excluded.version;

-- name: save_grid_units(grid_unit_ids, areas, kinds, paths, versions)!
-- Keep what members told of grid units; an older telling never overwrites a newer one.
INSERT INTO grid_units (grid_unit_id, area, kind, path, version)
SELECT t.grid_unit_id, t.area, t.kind, t.path, t.version
FROM unnest(:grid_unit_ids::uuid [], :areas::text [], :kinds::text [], :paths::text [], :versions::bigint [])
    AS t (grid_unit_id, area, kind, path, version)
ON CONFLICT (grid_unit_id) DO UPDATE SET
    area = excluded.area,
    kind = excluded.kind,
    path = excluded.path,
    version = excluded.version
WHERE grid_units.version < excluded.version;

-- name: find_ground(area, grid_unit_id)^
-- What is known of a division and a grid unit, in one look; one row, always.
SELECT
    (SELECT d.level FROM divisions AS d WHERE d.code = :area) AS level,
    (SELECT u.area FROM grid_units AS u WHERE u.grid_unit_id = :grid_unit_id::uuid) AS unit_area,
    (SELECT u.path FROM grid_units AS u WHERE u.grid_unit_id = :grid_unit_id::uuid) AS unit_path;

-- name: find_community_near(area)$
-- The community whose code shares the most leading digits with this one, to show what would be right.
SELECT d.code
FROM divisions AS d, generate_series(1, 12) AS digits
WHERE d.level = 'community' AND left(d.code, digits) = left(:area, digits)
GROUP BY d.code
ORDER BY count(*) DESC, d.code
LIMIT 1;
