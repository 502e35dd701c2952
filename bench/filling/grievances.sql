-- What cases leave in the tables of grievances.

-- name: keep_other_facts#
-- Facts of anything but disputes and what is due of them stay: divisions, committees, the grid.
CREATE TEMPORARY TABLE kept_facts AS
SELECT * FROM event_log WHERE NOT (type ^@ 'dispute.' OR type ^@ 'deadline.');

-- name: empty#
-- Take away what is there.
TRUNCATE disputes, dispute_parties, sessions, agreements, dispute_steps, deadlines, deadlines_told, escalations,
case_serials, idempotency_keys, audit_pending, audit_log, event_log CASCADE;

-- name: give_back_other_facts!
-- Into the partitions they were in.
INSERT INTO event_log SELECT * FROM kept_facts;

-- name: last_position$
-- The last position that was given out.
SELECT greatest((SELECT coalesce(max(position), 0) FROM event_log), (SELECT coalesce(max(position), 0) FROM outbox));

-- name: add_serials!
-- The last serial of each community and year.
INSERT INTO case_serials (area, case_year, last_serial)
SELECT area, case_year, max(serial) FROM fill_cases WHERE n BETWEEN :first AND :last GROUP BY area, case_year
ON CONFLICT (area, case_year) DO UPDATE SET last_serial = excluded.last_serial;

-- name: add_disputes!
-- Each case as it stands at the end.
INSERT INTO disputes (
    dispute_id, area, case_year, serial, grid_unit_id, relation, category, summary_sealed, filed_by, registered_at, state,
    version, session_count, mediator_id, reason_code, agreement_form, closed_at, channel, ticket_kind, respondent_body,
    secret_hash, words, chosen_by, resolution, counted_from, confirmed_at, satisfaction
)
SELECT
    c.dispute_id, c.area, c.case_year, c.serial, c.grid_unit_id, c.relation, c.category, t.sealed, c.filed_by,
    c.registered_at,
    CASE
        WHEN c.ended_at <= :until THEN c.ending
        WHEN c.mediated_at <= :until THEN 'mediating'
        WHEN c.assigned_at <= :until THEN 'assigned'
        WHEN c.accepted_at <= :until THEN 'accepted'
        ELSE 'registered'
    END,
    c.steps,
    CASE WHEN c.mediated_at <= :until THEN 1 ELSE 0 END,
    CASE WHEN c.assigned_at <= :until THEN 'mediator-' || c.area END,
    CASE WHEN c.ended_at <= :until THEN fill_reason(c.ending) END,
    CASE WHEN c.agreement_id IS NOT NULL THEN 'oral' END,
    CASE WHEN c.ended_at <= :until THEN c.ended_at END,
    c.channel, c.ticket_kind, CASE WHEN c.is_of_office THEN 'property_office' END,
    decode(md5('secret' || c.n), 'hex'), t.words,
    CASE WHEN c.assigned_at <= :until THEN 'committee' END,
    CASE WHEN c.agreement_id IS NOT NULL THEN 'agreement' END,
    CASE WHEN c.accepted_at <= :until THEN c.accepted_at ELSE c.registered_at END,
    CASE WHEN c.confirmed_at <= :until THEN c.confirmed_at END,
    CASE WHEN c.confirmed_at <= :until THEN c.satisfaction END
FROM fill_cases AS c JOIN fill_texts AS t ON t.number = c.text_number
WHERE c.n BETWEEN :first AND :last
ORDER BY c.n;

-- name: add_parties!
-- Who stands against whom.
INSERT INTO dispute_parties (dispute_id, side, area, filed_by, kind, name_sealed, phone_sealed, phone_index, person_id)
SELECT
    c.dispute_id, s.side, c.area, c.filed_by, s.kind, s.name, s.phone, s.phone_index,
    CASE WHEN s.side = 'applicant' AND c.ticket_kind IS NULL THEN c.filed_by END
FROM fill_cases AS c
CROSS JOIN LATERAL (
    VALUES
    ('applicant', 'person', :person::bytea, :phone::bytea, decode(md5('phone' || c.person), 'hex')),
    (
        'respondent', CASE WHEN c.is_of_office THEN 'organisation' ELSE 'person' END,
        CASE WHEN c.is_of_office THEN :office::bytea ELSE :person::bytea END, NULL, NULL
    )
) AS s (side, kind, name, phone, phone_index)
WHERE c.n BETWEEN :first AND :last
ORDER BY c.n;

-- name: add_sessions!
-- One each, recorded by the mediator.
INSERT INTO sessions (
    session_id, dispute_id, number, area, filed_by, held_at, is_public, attended, record_sealed, recorded_by, mediators
)
SELECT
    fill_id(f.at, 'session' || f.n), f.subject, 1, f.area, c.filed_by, f.at - interval '1 hour', false,
    ARRAY['applicant', 'respondent'], :record, f.taken_by, ARRAY[f.taken_by]
FROM fill_now AS f JOIN fill_cases AS c ON c.n = f.n
WHERE f.step = 'mediated';

-- name: add_agreements!
-- Oral ones, confirmed by the applicant on the day.
INSERT INTO agreements (
    agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, recorded_by, recorded_at,
    confirmed_by_applicant_on
)
SELECT c.agreement_id, f.subject, f.area, c.filed_by, 'oral', :terms, d.day, d.day, f.taken_by, f.at, d.day
FROM fill_now AS f
JOIN fill_cases AS c ON c.n = f.n
CROSS JOIN LATERAL (SELECT (f.at AT TIME ZONE 'Asia/Shanghai')::date AS day) AS d
WHERE f.step = 'resolved';

-- name: add_steps!
-- What was done and when.
INSERT INTO dispute_steps (dispute_id, version, step, taken_at, reason_code, taken_by)
SELECT subject, version, step, at, reason_code, taken_by FROM fill_now WHERE step IS NOT NULL ORDER BY position;

-- name: add_told!
-- What was told of due times.
INSERT INTO deadlines_told (deadline_id, stage, what, thing, thing_id, rule, due_at, told_at)
SELECT subject, stage, split_part(type, '.', 2), thing, thing_id, rule, due_at, at
FROM fill_now WHERE stage IS NOT NULL ORDER BY position;

-- name: add_escalations!
-- What a missed duty brought up, and when it moved on.
INSERT INTO escalations (
    escalation_id, deadline_id, level, thing, thing_id, rule, area, category, relation, due_at, raised_at, settled_at
)
SELECT
    fill_id(f.at, 'escalation' || f.stage || f.subject), f.subject, CASE f.stage WHEN 3 THEN 'street' ELSE 'district' END,
    f.thing, f.thing_id, f.rule, f.area, f.category, f.relation, f.due_at, f.at,
    CASE WHEN s.ended_at <= :until THEN s.ended_at END
FROM fill_now AS f JOIN fill_spans AS s ON s.deadline_id = f.subject
WHERE f.stage >= 3;

-- name: add_deadlines!
-- What is due at the end. A right that has lapsed is due no more.
INSERT INTO deadlines (
    thing_id, slot, thing, deadline_id, rule, area, category, relation, started_at, due_at, stage, next_at, amount,
    street_at, district_at, is_provisional, dispute_id
)
SELECT
    s.thing_id, s.slot, s.thing, s.deadline_id, s.rule, c.area, c.category, c.relation, s.started_at, s.due_at, t.stage,
    CASE t.stage WHEN 0 THEN s.near_at WHEN 1 THEN s.due_at WHEN 2 THEN s.street_at WHEN 3 THEN s.district_at END,
    s.amount, s.street_at, s.district_at, s.is_provisional, s.dispute_id
FROM fill_spans AS s
JOIN fill_cases AS c ON c.n = s.n
LEFT JOIN (SELECT subject, max(stage) AS stage FROM fill_told GROUP BY subject) AS told ON told.subject = s.deadline_id
CROSS JOIN LATERAL (SELECT coalesce(told.stage, 0) AS stage) AS t
WHERE c.n BETWEEN :first AND :last AND coalesce(s.ended_at, 'infinity') > :until
    AND (s.street_at IS NOT NULL OR t.stage < 2);

-- name: list_months
-- The months that facts were sent in.
SELECT DISTINCT date_trunc('month', at + interval '1 minute', 'UTC')::date AS month FROM fill_now;

-- name: add_facts!
-- What was sent.
INSERT INTO event_log (position, event_id, type, subject, mandatory, envelope, recorded_at, sent_at)
SELECT
    position, event_id, type, subject, mandatory,
    format(
        '{"specversion":"1.0","id":"%%s","source":"grievances","type":"%%s","subject":"%%s","time":"%%sZ","datacontenttype":"application/json","area":"%%s","version":%%s,"traceparent":"%%s","data":%%s}',
        event_id, type, subject, fill_text(at), area, version, traceparent, data
    ),
    at, at + interval '20 milliseconds'
FROM fill_now ORDER BY position;

-- name: add_audit!
-- A row of each command, chained to those before.
INSERT INTO audit_log (sequence, at, kind, actor_id, action, thing, area, trace_id, previous_hash, hash)
SELECT sequence, at, 'command', actor_id, action, thing, area, trace_id, coalesce(lag(hash) OVER w, :head), hash
FROM (
    SELECT
        row_number() OVER w + :sequence AS sequence, said.*,
        fill_chained(
            fill_payload(at, 'command', actor_id, action, thing, area, trace_id), :head::bytea
        ) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) AS hash
    FROM (
        SELECT
            f.position, f.at + interval '5 milliseconds' AS at, f.taken_by AS actor_id, k.action,
            '/disputes/' || f.subject || k.suffix AS thing, f.area, substr(f.traceparent, 4, 32) AS trace_id
        FROM fill_now AS f JOIN fill_steps_known AS k ON k.step = f.step
    ) AS said
    WINDOW w AS (ORDER BY position)
) AS chained
WINDOW w AS (ORDER BY position)
ORDER BY position;

-- name: add_keys!
-- The answers of the last day; those before are forgotten.
INSERT INTO idempotency_keys (actor, key, fingerprint, status, headers, body, kept_at)
SELECT
    f.taken_by, f.event_id::text, sha256(f.event_id::text::bytea), CASE f.step WHEN 'registered' THEN 201 ELSE 200 END,
    CASE f.step
        WHEN 'registered' THEN '{":as": "sealed"}'
        ELSE '{"ETag": "\"1\"", "Content-Type": "application/json", "Cache-Control": "no-store"}'
    END::jsonb,
    CASE f.step
        WHEN 'registered' THEN left(repeat(md5(f.event_id::text) || md5(f.n::text) || md5(f.area), 14), 1273)
        ELSE f.data || repeat(' "field":"its value",', 19)
    END,
    f.at
FROM fill_now AS f
WHERE f.step IS NOT NULL AND f.at > :until::timestamptz - interval '24 hours';

-- name: copy_facts
-- For the others: all that they subscribe to.
SELECT
    event_id, type, subject::text, version, at, area, category, relation, grid_unit_id, days_open, satisfaction, due_at, steps,
    traceparent, dispute_id
FROM fill_now WHERE mandatory ORDER BY position;
