-- What becomes of each case, decided by its number and the seed alone. Times that lie after the end of the past are kept
-- here and nowhere else, so what is open at the end is what had not been done by then.

-- name: make_ground#
-- Tables of this run. Cases stay for as long as something is still told of them.
CREATE UNLOGGED TABLE fill_texts (number bigint PRIMARY KEY, sealed bytea NOT NULL, words integer [] NOT NULL);
CREATE UNLOGGED TABLE fill_places (number bigint PRIMARY KEY, area text NOT NULL, homes uuid [] NOT NULL);
CREATE UNLOGGED TABLE fill_due (
    rule text, day date, near_at timestamptz, due_at timestamptz, street_at timestamptz, district_at timestamptz,
    amount bigint, is_provisional boolean, PRIMARY KEY (rule, day)
);
CREATE UNLOGGED TABLE fill_steps_known (step text PRIMARY KEY, action text, suffix text);
CREATE UNLOGGED TABLE fill_cases (
    n bigint PRIMARY KEY, dispute_id uuid, agreement_id uuid, area text, grid_unit_id uuid, case_year bigint,
    serial bigint, channel text, ticket_kind text, relation text, category text, filed_by text, person bigint,
    is_of_office boolean, text_number bigint, ending text, registered_at timestamptz, accepted_at timestamptz,
    assigned_at timestamptz, mediated_at timestamptz, ended_at timestamptz, confirmed_at timestamptz,
    satisfaction bigint, steps bigint
);
CREATE UNLOGGED TABLE fill_spans (
    n bigint, slot text, thing text, thing_id uuid, dispute_id uuid, rule text, started_at timestamptz,
    begun_at timestamptz, ended_at timestamptz, deadline_id uuid, near_at timestamptz, due_at timestamptz,
    street_at timestamptz, district_at timestamptz, amount bigint, is_provisional boolean
);
CREATE UNLOGGED TABLE fill_told (
    at timestamptz, n bigint, event_id uuid, type text, subject uuid, version bigint, mandatory boolean, step text,
    taken_by text, reason_code text, stage bigint, thing text, thing_id uuid, rule text, due_at timestamptz, data text
);
CREATE UNLOGGED TABLE fill_now (
    position bigint, at timestamptz, n bigint, event_id uuid, type text, subject uuid, version bigint,
    mandatory boolean, step text, taken_by text, reason_code text, stage bigint, thing text, thing_id uuid, rule text,
    due_at timestamptz, data text, area text, category text, relation text, grid_unit_id uuid, dispute_id uuid,
    days_open bigint, satisfaction bigint, steps bigint, traceparent text
);

-- name: note_places!
-- Communities, each with the households of its grid.
INSERT INTO fill_places
SELECT
    row_number() OVER (ORDER BY d.code) - 1, d.code,
    ARRAY(SELECT u.grid_unit_id FROM grid_units AS u WHERE u.area = d.code AND u.kind = 'household' ORDER BY u.path)
FROM divisions AS d
WHERE d.level = 'community';

-- name: note_steps!
-- By which command each step is taken.
INSERT INTO fill_steps_known VALUES
('registered', 'register_dispute', ''), ('accepted', 'accept_dispute', '/accept'),
('assigned', 'assign_dispute', '/assign'), ('mediated', 'record_session', '/sessions'),
('resolved', 'resolve_dispute', '/resolve'), ('refused', 'refuse_dispute', '/refuse'),
('terminated', 'terminate_dispute', '/terminate'), ('confirmed', 'confirm_dispute', '/confirm');

-- name: add_cases!
-- The cases of these numbers: 41,000 of 45,345 come from the hotline (DOMAIN E); what takes how long is an assumption.
INSERT INTO fill_cases
WITH drawn AS MATERIALIZED (
    SELECT
        n,
        fill_pick(n, 1, 45345) >= 4345 AS is_ticket,
        :until::timestamptz - make_interval(secs => (:cases - n + fill_share(n, 2)) * :seconds_apart) AS registered_at,
        fill_pick(n, 3, (SELECT count(*) FROM fill_places)) AS place,
        fill_share(n, 4) AS fate,
        (ARRAY['owner_property', 'owner_property', 'owner_owner', 'owner_government', 'property_government'])[
            1 + fill_pick(n, 5, 5)
        ] AS relation,
        (ARRAY['property_fee', 'repair', 'parking', 'noise', 'common_area', 'waste', 'construction', 'other'])[
            1 + fill_pick(n, 6, 8)
        ] AS category,
        fill_pick(n, 7, 410000) AS person
    FROM generate_series(:first::bigint, :last::bigint) AS n
),
ending AS MATERIALIZED (
    SELECT
        drawn.*,
        CASE
            WHEN fate < CASE WHEN is_ticket THEN 0.12 ELSE 0.08 END THEN 'refused'
            WHEN fate < CASE WHEN is_ticket THEN 0.15 ELSE 0.20 END THEN 'terminated'
            ELSE 'resolved'
        END AS ending,
        CASE WHEN is_ticket THEN fill_hours(n, 10, 0.1, 8, 0.02, 240) ELSE fill_hours(n, 10, 0.5, 48, 0.03, 400) END AS taken_on,
        CASE WHEN is_ticket THEN fill_hours(n, 13, 0.1, 6, 0.01, 200) ELSE fill_hours(n, 13, 0.5, 24, 0.02, 300) END AS given,
        CASE WHEN is_ticket THEN fill_hours(n, 16, 1, 48, 0.03, 300) ELSE fill_hours(n, 16, 6, 240, 0.05, 1100) END AS held,
        CASE WHEN is_ticket THEN fill_hours(n, 19, 0.2, 24, 0, 0) ELSE fill_hours(n, 19, 0.5, 120, 0, 0) END AS settled
    FROM drawn
),
timed AS MATERIALIZED (
    SELECT
        ending.*,
        CASE WHEN ending <> 'refused' THEN registered_at + taken_on END AS accepted_at,
        CASE WHEN ending <> 'refused' THEN registered_at + taken_on + given END AS assigned_at,
        CASE WHEN ending <> 'refused' THEN registered_at + taken_on + given + held END AS mediated_at,
        registered_at + taken_on + CASE WHEN ending = 'refused' THEN interval '0' ELSE given + held + settled END AS ended_at
    FROM ending
)
SELECT
    n,
    fill_id(registered_at, 'case' || n),
    CASE WHEN ending = 'resolved' AND ended_at <= :until THEN fill_id(ended_at, 'agreement' || n) END,
    p.area,
    CASE WHEN fill_share(n, 22) < 0.4 THEN p.homes[1 + fill_pick(n, 23, greatest(cardinality(p.homes), 1))] END,
    extract(year FROM registered_at AT TIME ZONE 'Asia/Shanghai')::bigint,
    NULL,
    CASE WHEN is_ticket THEN 'hotline' ELSE 'resident' END,
    CASE
        WHEN is_ticket AND fill_share(n, 24) < 0.5 THEN 'enquiry'
        WHEN is_ticket AND fill_share(n, 24) < 0.9 THEN 'ordinary'
        WHEN is_ticket THEN 'complex'
    END,
    relation, category,
    CASE WHEN is_ticket THEN 'hotline-' || fill_pick(n, 25, 12) ELSE 'resident-' || person END,
    person,
    relation = 'owner_property' AND fill_share(n, 26) < 0.5,
    fill_pick(n, 27, (SELECT count(*) FROM fill_texts)),
    ending, registered_at, accepted_at, assigned_at, mediated_at, ended_at,
    CASE WHEN ending = 'resolved' AND fill_share(n, 28) < 0.5 THEN ended_at + fill_hours(n, 29, 0.5, 160, 0, 0) END,
    CASE WHEN fill_share(n, 32) < 0.8 THEN 1 + fill_pick(n, 33, 5) END,
    NULL
FROM timed JOIN fill_places AS p ON p.number = place;

-- name: number_cases!
-- Each its serial in its community and year, and how many steps were taken by the end.
UPDATE fill_cases AS c SET serial = numbered.serial, steps = numbered.steps
FROM (
    SELECT
        n,
        row_number() OVER (PARTITION BY area, case_year ORDER BY n) + coalesce((
            SELECT s.last_serial FROM case_serials AS s WHERE s.area = f.area AND s.case_year = f.case_year
        ), 0) AS serial,
        1 + (coalesce(accepted_at, 'infinity') <= :until)::integer + (coalesce(assigned_at, 'infinity') <= :until)::integer
        + (coalesce(mediated_at, 'infinity') <= :until)::integer + (ended_at <= :until)::integer
        + (coalesce(confirmed_at, 'infinity') <= :until)::integer AS steps
    FROM fill_cases AS f
    WHERE n BETWEEN :first AND :last
) AS numbered
WHERE c.n = numbered.n;

-- name: add_spans!
-- What was due of these cases, from when to when; without an end where it never came.
INSERT INTO fill_spans
SELECT
    c.n, s.slot, s.thing, s.thing_id, s.dispute_id, s.rule, s.started_at, s.begun_at, s.ended_at,
    fill_id(s.begun_at, s.rule || c.n), d.near_at, d.due_at, d.street_at, d.district_at, d.amount, d.is_provisional
FROM fill_cases AS c
CROSS JOIN LATERAL (
    VALUES
    (
        'state', 'dispute', c.dispute_id, NULL::uuid, 'dispute.acceptance', c.registered_at, c.registered_at,
        coalesce(c.accepted_at, c.ended_at)
    ),
    ('state', 'dispute', c.dispute_id, NULL, 'dispute.assignment', c.accepted_at, c.accepted_at, c.assigned_at),
    ('state', 'dispute', c.dispute_id, NULL, 'dispute.mediation', c.accepted_at, c.assigned_at, c.ended_at),
    ('hotline', 'dispute', c.dispute_id, NULL, 'hotline.' || c.ticket_kind, c.registered_at, c.registered_at, c.ended_at),
    (
        'judicial_confirmation', 'agreement', c.agreement_id, c.dispute_id, 'agreement.judicial_confirmation',
        date_trunc('day', c.ended_at, 'Asia/Shanghai'),
        CASE WHEN c.agreement_id IS NOT NULL THEN c.ended_at END, NULL
    )
) AS s (slot, thing, thing_id, dispute_id, rule, started_at, begun_at, ended_at)
JOIN fill_due AS d ON d.rule = s.rule AND d.day = (s.started_at AT TIME ZONE 'Asia/Shanghai')::date
WHERE c.n BETWEEN :first AND :last AND s.begun_at <= :until;

-- name: tell_steps!
-- Every step that was taken, with its fact.
INSERT INTO fill_told (at, n, event_id, type, subject, version, mandatory, step, taken_by, reason_code, data)
SELECT
    s.at, c.n, fill_id(s.at, s.step || c.n), 'dispute.' || s.step, c.dispute_id, s.version, true, s.step, s.taken_by,
    s.reason_code,
    format(
        '{"dispute_id":"%%s","category":"%%s","relation":"%%s","grid_unit_id":%%s,"registered_at":"%%s"%%s}',
        c.dispute_id, c.category, c.relation, coalesce('"' || c.grid_unit_id || '"', 'null'), fill_text(c.registered_at)
        || '+00:00', s.more
    )
FROM fill_cases AS c
CROSS JOIN LATERAL (
    VALUES
    (1, 'registered', c.registered_at, c.filed_by, NULL, ',"channel":"' || c.channel || '"'),
    (2, 'accepted', c.accepted_at, 'officer-' || c.area, NULL, ''),
    (3, 'assigned', c.assigned_at, 'officer-' || c.area, NULL, ''),
    (4, 'mediated', c.mediated_at, 'mediator-' || c.area, NULL, ',"session_number":1'),
    (
        CASE c.ending WHEN 'refused' THEN 2 ELSE 5 END, c.ending, c.ended_at,
        CASE c.ending WHEN 'refused' THEN 'officer-' ELSE 'mediator-' END || c.area,
        fill_reason(c.ending),
        CASE c.ending
            WHEN 'resolved' THEN format(
                ',"agreement_form":"oral","days_open":%%s,"resolution":"agreement"',
                fill_days(c.registered_at, c.ended_at)
            )
            ELSE format(',"reason_code":"%%s"', fill_reason(c.ending))
        END
    ),
    (6, 'confirmed', c.confirmed_at, c.filed_by, NULL, format(',"satisfaction":%%s', coalesce(c.satisfaction::text, 'null')))
) AS s (version, step, at, taken_by, reason_code, more)
WHERE c.n BETWEEN :first AND :last AND s.at <= :until;

-- name: tell_deadlines!
-- Every stage that due times came to before they ended, told within the second.
INSERT INTO fill_told (at, n, event_id, type, subject, version, mandatory, stage, thing, thing_id, rule, due_at, data)
SELECT
    t.at, s.n, fill_id(t.at, t.stage || '/' || s.deadline_id), 'deadline.' || t.what, s.deadline_id, t.stage,
    t.what = 'missed', t.stage, s.thing, s.thing_id, s.rule, s.due_at,
    format(
        '{"deadline_id":"%%s","thing":"%%s","thing_id":"%%s","rule":"%%s","due_at":"%%s+00:00","level":"%%s","category":"%%s","relation":"%%s"}',
        s.deadline_id, s.thing, s.thing_id, s.rule, fill_text(s.due_at), t.level, c.category, c.relation
    )
FROM fill_spans AS s
JOIN fill_cases AS c ON c.n = s.n
CROSS JOIN LATERAL (
    VALUES
    (1, 'near', 'community', s.near_at),
    (2, CASE WHEN s.street_at IS NULL THEN 'lapsed' ELSE 'missed' END, 'community', s.due_at),
    (3, 'escalated', 'street', s.street_at),
    (4, 'escalated', 'district', s.district_at)
) AS reached (stage, what, level, instant)
CROSS JOIN LATERAL (
    SELECT
        reached.stage, reached.what, reached.level,
        greatest(reached.instant, s.begun_at) + make_interval(secs => 0.1 + 0.8 * fill_share(s.n, 40 + reached.stage)) AS at
) AS t
WHERE s.n BETWEEN :first AND :last AND reached.instant IS NOT NULL AND t.at <= least(s.ended_at, :until);

-- name: take_due!
-- What was told before an instant, in its order.
WITH due AS (DELETE FROM fill_told WHERE at <= :up_to RETURNING *)
INSERT INTO fill_now
SELECT
    row_number() OVER (ORDER BY due.at, due.event_id) + :position, due.*, c.area, c.category, c.relation, c.grid_unit_id,
    c.dispute_id, CASE WHEN due.step = 'resolved' THEN fill_days(c.registered_at, c.ended_at) END,
    CASE WHEN due.step = 'confirmed' THEN c.satisfaction END, CASE WHEN due.step = 'registered' THEN c.steps END,
    fill_traceparent(due.event_id)
FROM due JOIN fill_cases AS c ON c.n = due.n;

-- name: forget_cases!
-- Cases of which nothing is left to tell.
DELETE FROM fill_cases WHERE NOT EXISTS (SELECT FROM fill_told AS t WHERE t.n = fill_cases.n);

-- name: forget_spans!
-- And what was due of them.
DELETE FROM fill_spans WHERE NOT EXISTS (SELECT FROM fill_cases AS c WHERE c.n = fill_spans.n);
