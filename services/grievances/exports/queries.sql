-- name: list_places(prefixes)
-- The communities, streets and districts, by their prefixes, that these prefixes stand for: each has an index to be
-- read along. Wider prefixes stand for the districts known here that they cover.
SELECT given.prefix FROM unnest(:prefixes::text []) AS given (prefix)
WHERE length(given.prefix) >= 6
UNION
SELECT left(known.code, 6) FROM unnest(:prefixes::text []) AS given (prefix)
JOIN divisions AS known ON known.level = 'district' AND known.code ^@ given.prefix
WHERE length(given.prefix) < 6
ORDER BY prefix;

-- name: list_rows(community, street, district, state, only_open, closed_as, category, relation, channel, overdue_at, since, until, after_instant, after_id, count)
-- A page of the disputes of one place, the oldest first; of `community`, `street` and `district`, one is given.
SELECT
    d.dispute_id, d.area, d.case_year, d.serial, known.name AS area_name, c.name_zh AS category_zh,
    r.name_zh AS relation_zh, d.state, d.channel, d.registered_at, d.closed_at, due.due_at, d.resolution, d.satisfaction
FROM disputes AS d
JOIN categories AS c ON c.category = d.category
LEFT JOIN relations AS r ON r.relation = d.relation
LEFT JOIN divisions AS known ON known.code = d.area
LEFT JOIN deadlines AS due ON due.thing_id = d.dispute_id AND due.slot = 'state'
WHERE (:community::text IS NULL OR d.area = :community)
    AND (:street::text IS NULL OR d.street = :street)
    AND (:district::text IS NULL OR d.district = :district)
    AND (:state::text IS NULL OR d.state = :state)
    AND (NOT :only_open OR d.closed_as IS NULL)
    AND (:closed_as::text IS NULL OR d.closed_as = :closed_as)
    AND (:category::text IS NULL OR d.category = :category)
    AND (:relation::text IS NULL OR d.relation = :relation)
    AND (:channel::text IS NULL OR d.channel = :channel)
    AND (:overdue_at::timestamptz IS NULL OR due.due_at <= :overdue_at)
    AND (:since::timestamptz IS NULL OR d.registered_at >= :since)
    AND d.registered_at < :until
    AND (
        :after_instant::timestamptz IS NULL
        OR (d.registered_at, d.dispute_id) > (:after_instant::timestamptz, :after_id::uuid)
    )
ORDER BY d.registered_at, d.dispute_id
LIMIT :count;
