-- name: find_place(area, category, relation)^
-- What the community of a case, its committee's area, its category and its relation are called.
SELECT
    d.name AS area_name,
    coalesce(
        (
            SELECT known.name
            FROM committees AS c
            JOIN divisions AS known ON known.code = c.area
            WHERE c.ended_on IS NULL AND :area ^@ regexp_replace(c.area, '(000000|000)$', '')
            ORDER BY length(regexp_replace(c.area, '(000000|000)$', '')) DESC
            LIMIT 1
        ),
        d.name
    ) AS committee_area_name,
    (SELECT c.name_zh FROM categories AS c WHERE c.category = :category) AS category_zh,
    (SELECT r.name_zh FROM relations AS r WHERE r.relation = :relation) AS relation_zh
FROM divisions AS d
WHERE d.code = :area;

-- name: list_names(accounts)
-- The names of these mediators as their last appointments have them, sealed.
SELECT DISTINCT ON (m.account_id) m.account_id, m.name_sealed
FROM mediators AS m
WHERE m.account_id = ANY(:accounts::text [])
ORDER BY m.account_id, m.since DESC, m.appointment_id DESC;
