-- name: lock_divisions()!
-- Let one loader at a time compare and write; readers go on.
LOCK TABLE divisions IN SHARE ROW EXCLUSIVE MODE;

-- name: list_divisions_within(prefix)
-- Every division of one district, by code.
SELECT code, name, level, parent_code, version
FROM divisions
WHERE code ^@ :prefix
ORDER BY code;

-- name: upsert_divisions(codes, names, levels, parent_codes, versions, registered_at)!
-- Add new divisions and give changed ones their new name and version.
INSERT INTO divisions (code, name, level, parent_code, version, registered_at)
SELECT d.code, d.name, d.level, d.parent_code, d.version, :registered_at
FROM unnest(:codes::text[], :names::text[], :levels::text[], :parent_codes::text[], :versions::integer[])
    AS d (code, name, level, parent_code, version)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, version = excluded.version;

-- name: add_versions(codes, names, versions, since)!
-- Keep the name that begins now, so that the tree can be read as of a day.
INSERT INTO division_versions (code, version, name, since)
SELECT d.code, d.version, d.name, :since
FROM unnest(:codes::text[], :names::text[], :versions::integer[]) AS d (code, name, version);

-- name: page_divisions(parent, level, after, limit)
-- One page of the tree by code, of one parent or of all, of one level or of all.
SELECT code, name, level, parent_code, version
FROM divisions
WHERE (:parent::text IS NULL OR parent_code = :parent)
    AND (:level::text IS NULL OR level = :level)
    AND code > :after
ORDER BY code
LIMIT :limit;

-- name: find_division(code)^
-- One division by its code.
SELECT code, name, level, parent_code, version
FROM divisions
WHERE code = :code;

-- name: list_versions(code)
-- The names a division has borne, oldest first.
SELECT code, version, name, since
FROM division_versions
WHERE code = :code
ORDER BY version;
