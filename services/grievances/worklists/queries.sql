-- name: list_newest(communities, streets, wide, state, only_open, closed_as, category, relation, channel, mediator_id, before_instant, before_id, count)
-- A page of a work list, newest first: each community, street and district of the scope is read along its own index.
-- `wide` are prefixes of a district or more; they stand for the districts known here that they cover.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction, d.on_behalf_of, due.due_at, due.rule AS due_rule, due.stage
FROM (
    SELECT found.dispute_id, found.registered_at
    FROM unnest(:communities::text []) AS scope (area)
    CROSS JOIN LATERAL (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.area = scope.area
            AND (:state::text IS NULL OR d.state = :state)
            AND (NOT :only_open OR d.closed_as IS NULL)
            AND (:closed_as::text IS NULL OR d.closed_as = :closed_as)
            AND (:category::text IS NULL OR d.category = :category)
            AND (:relation::text IS NULL OR d.relation = :relation)
            AND (:channel::text IS NULL OR d.channel = :channel)
            AND (:mediator_id::text IS NULL OR d.mediator_id = :mediator_id)
            AND (
                :before_instant::timestamptz IS NULL
                OR (d.registered_at, d.dispute_id) < (:before_instant::timestamptz, :before_id::uuid)
            )
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :count
    ) AS found
    UNION ALL
    SELECT found.dispute_id, found.registered_at
    FROM unnest(:streets::text []) AS scope (street)
    CROSS JOIN LATERAL (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.street = scope.street
            AND (:state::text IS NULL OR d.state = :state)
            AND (NOT :only_open OR d.closed_as IS NULL)
            AND (:closed_as::text IS NULL OR d.closed_as = :closed_as)
            AND (:category::text IS NULL OR d.category = :category)
            AND (:relation::text IS NULL OR d.relation = :relation)
            AND (:channel::text IS NULL OR d.channel = :channel)
            AND (:mediator_id::text IS NULL OR d.mediator_id = :mediator_id)
            AND (
                :before_instant::timestamptz IS NULL
                OR (d.registered_at, d.dispute_id) < (:before_instant::timestamptz, :before_id::uuid)
            )
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :count
    ) AS found
    UNION ALL
    SELECT found.dispute_id, found.registered_at
    FROM (
        SELECT left(known.code, 6) AS district
        FROM divisions AS known
        WHERE known.level = 'district' AND known.code ^@ ANY (:wide::text [])
    ) AS scope
    CROSS JOIN LATERAL (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.district = scope.district
            AND (:state::text IS NULL OR d.state = :state)
            AND (NOT :only_open OR d.closed_as IS NULL)
            AND (:closed_as::text IS NULL OR d.closed_as = :closed_as)
            AND (:category::text IS NULL OR d.category = :category)
            AND (:relation::text IS NULL OR d.relation = :relation)
            AND (:channel::text IS NULL OR d.channel = :channel)
            AND (:mediator_id::text IS NULL OR d.mediator_id = :mediator_id)
            AND (
                :before_instant::timestamptz IS NULL
                OR (d.registered_at, d.dispute_id) < (:before_instant::timestamptz, :before_id::uuid)
            )
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :count
    ) AS found
    ORDER BY registered_at DESC, dispute_id DESC
    LIMIT :count
) AS page
JOIN disputes AS d ON d.dispute_id = page.dispute_id
LEFT JOIN LATERAL (
    SELECT e.due_at, e.rule, e.stage FROM deadlines AS e WHERE e.thing_id = d.dispute_id ORDER BY e.due_at LIMIT 1
) AS due ON true
ORDER BY d.registered_at DESC, d.dispute_id DESC;

-- name: list_due(prefixes, state, category, relation, channel, mediator_id, overdue_at, after_instant, after_id, count)
-- A page of what is due of disputes, soonest first: each community's due times are read along their index, and only then,
-- for the page alone, who may see the dispute and what else it must be. Rows without a dispute are not for the reader.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction, d.on_behalf_of, page.due_at, page.rule AS due_rule, page.stage, page.thing_id
FROM (
    SELECT found.thing_id, found.due_at, found.rule, found.stage
    FROM (
        SELECT known.code FROM divisions AS known
        WHERE known.level = 'community' AND known.code ^@ ANY (:prefixes::text [])
    ) AS scope
    CROSS JOIN LATERAL (
        SELECT e.thing_id, e.due_at, e.rule, e.stage
        FROM deadlines AS e
        WHERE e.area = scope.code
            AND e.thing = 'dispute'
            AND e.slot = 'state'
            AND (:category::text IS NULL OR e.category = :category)
            AND (:relation::text IS NULL OR e.relation = :relation)
            AND (:overdue_at::timestamptz IS NULL OR e.due_at <= :overdue_at)
            AND (
                :after_instant::timestamptz IS NULL
                OR (e.due_at, e.thing_id) > (:after_instant::timestamptz, :after_id::uuid)
            )
        ORDER BY e.due_at, e.thing_id
        LIMIT :count
    ) AS found
    ORDER BY found.due_at, found.thing_id
    LIMIT :count
) AS page
LEFT JOIN disputes AS d ON d.dispute_id = page.thing_id
    AND (:state::text IS NULL OR d.state = :state)
    AND (:channel::text IS NULL OR d.channel = :channel)
    AND (:mediator_id::text IS NULL OR d.mediator_id = :mediator_id)
ORDER BY page.due_at, page.thing_id;

-- name: list_own(account_id, state, only_open, closed_as, category, relation, channel, mediator_id, before_instant, before_id, count)
-- A page of what one account has filed, and of what others have filed for it, newest first.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction, d.on_behalf_of, due.due_at, due.rule AS due_rule, due.stage
FROM (
    (
        SELECT d.dispute_id, d.registered_at
        FROM disputes AS d
        WHERE d.filed_by = :account_id
            AND (:state::text IS NULL OR d.state = :state)
            AND (NOT :only_open OR d.closed_as IS NULL)
            AND (:closed_as::text IS NULL OR d.closed_as = :closed_as)
            AND (:category::text IS NULL OR d.category = :category)
            AND (:relation::text IS NULL OR d.relation = :relation)
            AND (:channel::text IS NULL OR d.channel = :channel)
            AND (:mediator_id::text IS NULL OR d.mediator_id = :mediator_id)
            AND (
                :before_instant::timestamptz IS NULL
                OR (d.registered_at, d.dispute_id) < (:before_instant::timestamptz, :before_id::uuid)
            )
        ORDER BY d.registered_at DESC, d.dispute_id DESC
        LIMIT :count
    )
    UNION ALL
    SELECT d.dispute_id, d.registered_at
    FROM dispute_parties AS p
    JOIN disputes AS d ON d.dispute_id = p.dispute_id
    WHERE p.side = 'applicant' AND p.person_id = :account_id AND p.person_id <> p.filed_by
        AND (:state::text IS NULL OR d.state = :state)
        AND (NOT :only_open OR d.closed_as IS NULL)
        AND (:closed_as::text IS NULL OR d.closed_as = :closed_as)
        AND (:category::text IS NULL OR d.category = :category)
        AND (:relation::text IS NULL OR d.relation = :relation)
        AND (:channel::text IS NULL OR d.channel = :channel)
        AND (:mediator_id::text IS NULL OR d.mediator_id = :mediator_id)
        AND (
            :before_instant::timestamptz IS NULL
            OR (d.registered_at, d.dispute_id) < (:before_instant::timestamptz, :before_id::uuid)
        )
    ORDER BY registered_at DESC, dispute_id DESC
    LIMIT :count
) AS page
JOIN disputes AS d ON d.dispute_id = page.dispute_id
LEFT JOIN LATERAL (
    SELECT e.due_at, e.rule, e.stage FROM deadlines AS e WHERE e.thing_id = d.dispute_id ORDER BY e.due_at LIMIT 1
) AS due ON true
ORDER BY d.registered_at DESC, d.dispute_id DESC;

-- name: find_numbered(area, case_year, serial)^
-- The dispute with this case number.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction, d.on_behalf_of, due.due_at, due.rule AS due_rule, due.stage
FROM disputes AS d
LEFT JOIN LATERAL (
    SELECT e.due_at, e.rule, e.stage FROM deadlines AS e WHERE e.thing_id = d.dispute_id ORDER BY e.due_at LIMIT 1
) AS due ON true
WHERE d.area = :area AND d.case_year = :case_year AND d.serial = :serial;

-- name: list_candidates(asked, prefixes, before_instant, before_id, count)
-- The newest disputes that have all these fingerprints, with what must be opened to be sure.
SELECT
    d.dispute_id, d.area, d.serial, d.grid_unit_id, d.relation, d.category, d.filed_by, d.registered_at, d.state,
    d.version, d.session_count, d.mediator_id, d.reason_code, d.agreement_form, d.closed_at, d.channel, d.basis,
    d.ticket_kind, d.respondent_body, d.linked_to, d.chosen_by, d.resolution, d.counted_from, d.confirmed_at,
    d.satisfaction, d.on_behalf_of, due.due_at, due.rule AS due_rule, due.stage, d.summary_sealed,
    p.kind AS respondent_kind, p.name_sealed AS respondent_sealed
FROM (
    SELECT f.dispute_id
    FROM disputes_with_words(
        :asked::integer [],
        ARRAY(
            SELECT prefix FROM unnest(:prefixes::text []) AS narrow (prefix) WHERE length(narrow.prefix) >= 6
            UNION
            SELECT left(known.code, 6) FROM divisions AS known
            JOIN unnest(:prefixes::text []) AS wide (prefix) ON length(wide.prefix) < 6 AND known.code ^@ wide.prefix
            WHERE known.level = 'district'
        ),
        :before_instant::timestamptz, :before_id::uuid, :count
    ) AS f
    ORDER BY f.registered_at DESC, f.dispute_id DESC
    LIMIT :count
) AS found
JOIN disputes AS d ON d.dispute_id = found.dispute_id
LEFT JOIN dispute_parties AS p ON p.dispute_id = found.dispute_id AND p.side = 'respondent'
LEFT JOIN LATERAL (
    SELECT e.due_at, e.rule, e.stage FROM deadlines AS e WHERE e.thing_id = d.dispute_id ORDER BY e.due_at LIMIT 1
) AS due ON true
ORDER BY d.registered_at DESC, d.dispute_id DESC;
