-- name: add_tenure(tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, area, version, started_at)!
-- Let a tenure start.
INSERT INTO tenures (
    tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, area, version, started_at
)
VALUES (
    :tenure_id, :grid_unit_id, :level, :holder_id, :holder_name, :holder_phone, :from_date, :area, :version, :started_at
);

-- name: end_tenure(tenure_id, until_date, version)!
-- Let a tenure end.
UPDATE tenures SET until_date = :until_date, version = :version WHERE tenure_id = :tenure_id;

-- name: find_tenure(tenure_id)^
-- One tenure by its id.
SELECT tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, until_date, area, version
FROM tenures
WHERE tenure_id = :tenure_id;

-- name: lock_tenure(tenure_id)^
-- One tenure; others who would end it wait.
SELECT tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, until_date, area, version
FROM tenures
WHERE tenure_id = :tenure_id
FOR NO KEY UPDATE;

-- name: find_last(grid_unit_id, level)^
-- The latest tenure at one level of a unit: the current one, or the last to have ended; locked, since it may be ended.
SELECT tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, until_date, area, version
FROM tenures
WHERE grid_unit_id = :grid_unit_id AND level = :level
ORDER BY until_date DESC NULLS FIRST
LIMIT 1
FOR NO KEY UPDATE;

-- name: list_current(grid_unit_ids)
-- The current tenures on several units.
SELECT tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, until_date, area, version
FROM tenures
WHERE grid_unit_id = ANY(:grid_unit_ids::uuid[]) AND until_date IS NULL;

-- name: page_of_unit(grid_unit_id, before, limit)
-- One page of a unit's tenures, the latest entered first.
SELECT tenure_id, grid_unit_id, level, holder_id, holder_name, holder_phone, from_date, until_date, area, version
FROM tenures
WHERE grid_unit_id = :grid_unit_id AND (:before::uuid IS NULL OR tenure_id < :before)
ORDER BY tenure_id DESC
LIMIT :limit;
