-- name: list_mediators(dispute_id)
-- The accounts that mediate a case, or have mediated it.
SELECT d.mediator_id AS account
FROM disputes AS d
WHERE d.dispute_id = :dispute_id AND d.mediator_id IS NOT NULL
UNION
SELECT c.from_id FROM mediator_changes AS c WHERE c.dispute_id = :dispute_id
UNION
SELECT c.to_id FROM mediator_changes AS c WHERE c.dispute_id = :dispute_id AND c.to_id IS NOT NULL
UNION
SELECT m.account
FROM sessions AS s
CROSS JOIN LATERAL unnest(s.mediators) AS m (account)
WHERE s.dispute_id = :dispute_id;

-- name: list_happenings(dispute_id, internal, after_at, after_rank, after_key, count)
-- A page of all that happened with a case, in its order, from the rows that its parts keep; each shows with its own
-- policies. `rank` orders what happened at one instant: causes before the step they led to. `internal`: also the
-- comments that whoever filed does not see.
SELECT h.at, h.rank, h.key, h.kind, h.account, jsonb_strip_nulls(h.told) AS told, h.text_sealed
FROM (
    SELECT
        s.taken_at AS at, 20 AS rank, lpad(s.version::text, 9, '0') AS key, 'dispute.' || s.step AS kind,
        coalesce(c.changed_by, s.taken_by) AS account,
        jsonb_build_object(
            'reason_code', coalesce(c.reason_code, s.reason_code),
            'from_id', c.from_id,
            'to_id', c.to_id,
            'on_behalf_of', c.on_behalf_of,
            'satisfaction', CASE WHEN s.step = 'confirmed' AND s.taken_at = d.confirmed_at THEN d.satisfaction END,
            'linked_to', CASE WHEN s.step = 'linked' THEN other.dispute_id END,
            'case_number', CASE
                WHEN s.step = 'linked'
                    THEN other.area || '-' || other.case_year || '-' || lpad(other.serial::text, 4, '0')
            END
        ) AS told,
        NULL::bytea AS text_sealed
    FROM dispute_steps AS s
    JOIN disputes AS d ON d.dispute_id = s.dispute_id
    LEFT JOIN mediator_changes AS c ON c.dispute_id = s.dispute_id AND c.version = s.version
    LEFT JOIN disputes AS other ON other.dispute_id = d.linked_to
    WHERE s.dispute_id = :dispute_id AND s.step <> 'mediated'

    UNION ALL
    -- Cases older than their steps.
    SELECT d.registered_at, 20, '', 'dispute.registered', NULL, jsonb_build_object(), NULL
    FROM disputes AS d
    WHERE d.dispute_id = :dispute_id
        AND NOT EXISTS (
            SELECT FROM dispute_steps AS s WHERE s.dispute_id = d.dispute_id AND s.step = 'registered'
        )

    UNION ALL
    SELECT
        s.taken_at, 20, o.dispute_id::text, 'dispute.linked_here', s.taken_by,
        jsonb_build_object(
            'linked_from', o.dispute_id,
            'case_number', o.area || '-' || o.case_year || '-' || lpad(o.serial::text, 4, '0')
        ),
        NULL
    FROM disputes AS o
    JOIN LATERAL (
        SELECT t.taken_at, t.taken_by FROM dispute_steps AS t
        WHERE t.dispute_id = o.dispute_id AND t.step = 'linked'
        ORDER BY t.version DESC
        LIMIT 1
    ) AS s ON true
    WHERE o.linked_to = :dispute_id

    UNION ALL
    SELECT r.renewed_at, 20, '', 'secret.renewed', r.renewed_by, jsonb_build_object(), NULL
    FROM case_secrets_renewed AS r
    WHERE r.dispute_id = :dispute_id

    UNION ALL
    -- Counted from the last one, as a case may have had sessions before its steps were kept.
    SELECT
        coalesce(t.taken_at, s.held_at), 20, coalesce(lpad(t.version::text, 9, '0'), ''), 'session.held', s.recorded_by,
        jsonb_build_object('number', s.number, 'on', (s.held_at AT TIME ZONE 'Asia/Shanghai')::date),
        NULL
    FROM (
        SELECT held.number, held.held_at, held.recorded_by, row_number() OVER (ORDER BY held.number DESC) AS place
        FROM sessions AS held
        WHERE held.dispute_id = :dispute_id
    ) AS s
    LEFT JOIN (
        SELECT step.version, step.taken_at, row_number() OVER (ORDER BY step.version DESC) AS place
        FROM dispute_steps AS step
        WHERE step.dispute_id = :dispute_id AND step.step = 'mediated'
    ) AS t ON t.place = s.place

    UNION ALL
    SELECT
        c.written_at, 10, c.comment_id::text, 'comment.written', c.author_id,
        jsonb_build_object(
            'comment_id', c.comment_id, 'author', c.author,
            'internal', CASE WHEN NOT c.visible_to_complainant THEN true END
        ),
        c.text_sealed
    FROM comments AS c
    WHERE c.dispute_id = :dispute_id AND (:internal OR c.visible_to_complainant)

    UNION ALL
    SELECT
        a.recorded_at, 10, a.agreement_id::text,
        CASE WHEN a.effective_on IS NULL THEN 'agreement.drafted' ELSE 'agreement.in_effect' END, a.recorded_by,
        jsonb_build_object('agreement_id', a.agreement_id, 'form', a.form, 'effective_on', a.effective_on),
        NULL
    FROM agreements AS a
    WHERE a.dispute_id = :dispute_id

    UNION ALL
    SELECT
        s.recorded_at, 11, s.agreement_id::text || s.signer, 'agreement.signed', s.recorded_by,
        jsonb_build_object('agreement_id', s.agreement_id, 'signer', s.signer, 'on', s.signed_on, 'means', s.means),
        NULL
    FROM agreements AS a
    JOIN agreement_signatures AS s ON s.agreement_id = a.agreement_id
    WHERE a.dispute_id = :dispute_id AND s.recorded_at IS NOT NULL

    UNION ALL
    SELECT
        e.recorded_at, 12, e.agreement_id::text, 'agreement.' || e.outcome, e.recorded_by,
        jsonb_build_object('agreement_id', e.agreement_id, 'form', a.form, 'effective_on', e.effective_on),
        NULL
    FROM agreements AS a
    JOIN agreement_ends AS e ON e.agreement_id = a.agreement_id
    WHERE a.dispute_id = :dispute_id

    UNION ALL
    SELECT
        p.recorded_at, 10, p.obligation_id::text, 'agreement.performed', p.recorded_by,
        jsonb_build_object('agreement_id', a.agreement_id, 'number', o.number, 'on', p.performed_on),
        NULL
    FROM agreements AS a
    JOIN obligations AS o ON o.agreement_id = a.agreement_id
    JOIN performances AS p ON p.obligation_id = o.obligation_id
    WHERE a.dispute_id = :dispute_id

    UNION ALL
    SELECT
        c.recorded_at, 10, c.agreement_id::text, 'agreement.confirmation_requested', c.recorded_by,
        jsonb_build_object('agreement_id', c.agreement_id, 'on', c.applied_on, 'court', c.court),
        NULL
    FROM agreements AS a
    JOIN judicial_confirmations AS c ON c.agreement_id = a.agreement_id
    WHERE a.dispute_id = :dispute_id

    UNION ALL
    SELECT
        c.recorded_at, 11, c.agreement_id::text, 'agreement.confirmation_decided', c.recorded_by,
        jsonb_build_object('agreement_id', c.agreement_id, 'outcome', c.outcome, 'on', c.decided_on),
        NULL
    FROM agreements AS a
    JOIN judicial_decisions AS c ON c.agreement_id = a.agreement_id
    WHERE a.dispute_id = :dispute_id

    UNION ALL
    SELECT
        v.recorded_at, 10, v.visit_id::text, 'visit.held', v.recorded_by,
        jsonb_build_object('performed', v.performed, 'on', v.held_on),
        NULL
    FROM visits AS v
    WHERE v.dispute_id = :dispute_id

    UNION ALL
    SELECT
        j.convened_at, 21, j.joint_case_id::text, 'joint.convened', j.convened_by,
        jsonb_build_object('joint_case_id', j.joint_case_id),
        NULL
    FROM joint_cases AS j
    WHERE j.dispute_id = :dispute_id

    UNION ALL
    SELECT
        n.answered_at, 10, n.joint_case_id::text || n.body, 'joint.answered', n.answered_by,
        jsonb_build_object('joint_case_id', n.joint_case_id, 'body', n.body),
        NULL
    FROM joint_cases AS j
    JOIN joint_answers AS n ON n.joint_case_id = j.joint_case_id
    WHERE j.dispute_id = :dispute_id

    UNION ALL
    SELECT
        t.given_at, 10, t.task_id::text, 'joint.task_given', t.given_by,
        jsonb_build_object('joint_case_id', t.joint_case_id, 'task_id', t.task_id, 'body', t.body, 'due_on', t.due_on),
        NULL
    FROM joint_cases AS j
    JOIN joint_tasks AS t ON t.joint_case_id = j.joint_case_id
    WHERE j.dispute_id = :dispute_id

    UNION ALL
    SELECT
        t.done_at, 11, t.task_id::text, 'joint.task_done', t.done_by,
        jsonb_build_object('joint_case_id', t.joint_case_id, 'task_id', t.task_id, 'body', t.body),
        NULL
    FROM joint_cases AS j
    JOIN joint_tasks AS t ON t.joint_case_id = j.joint_case_id
    WHERE j.dispute_id = :dispute_id AND t.done_at IS NOT NULL

    UNION ALL
    SELECT
        n.decided_at, 10, n.joint_case_id::text, 'joint.decided', n.decided_by,
        jsonb_build_object('joint_case_id', n.joint_case_id, 'on', n.decided_on, 'appeal_until', n.appeal_until),
        NULL
    FROM joint_cases AS j
    JOIN joint_decisions AS n ON n.joint_case_id = j.joint_case_id
    WHERE j.dispute_id = :dispute_id

    UNION ALL
    -- It ended with the step that closed its dispute.
    SELECT
        s.taken_at, 21, j.joint_case_id::text, 'joint.ended', s.taken_by,
        jsonb_build_object('joint_case_id', j.joint_case_id),
        NULL
    FROM joint_cases AS j
    JOIN LATERAL (
        SELECT step.taken_at, step.taken_by FROM dispute_steps AS step
        WHERE step.dispute_id = j.dispute_id
            AND step.taken_at >= j.convened_at
            AND step.step IN ('resolved', 'refused', 'terminated', 'linked')
        ORDER BY step.version
        LIMIT 1
    ) AS s ON true
    WHERE j.dispute_id = :dispute_id AND j.state = 'ended'

    UNION ALL
    SELECT
        s.taken_at, 10, s.referral_id::text || lpad(s.version::text, 9, '0'), 'referral.' || s.step, s.taken_by,
        jsonb_build_object(
            'referral_id', s.referral_id,
            'round', s.round,
            'reason_code', s.reason_code,
            'department', CASE
                WHEN m.code IS NOT NULL THEN jsonb_build_object('code', m.code, 'zh', m.name_zh, 'en', m.name_en)
            END,
            'due_on', ((s.due_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date
        ),
        NULL
    FROM referrals AS r
    JOIN referral_steps AS s ON s.referral_id = r.referral_id
    LEFT JOIN departments AS m ON m.code = s.department_code
    WHERE r.dispute_id = :dispute_id

    UNION ALL
    SELECT
        s.done_at, 5, s.note_id::text || lpad(s.version::text, 9, '0'), 'note.' || s.step, s.done_by,
        jsonb_build_object('note_id', s.note_id),
        NULL
    FROM notes AS n
    JOIN note_steps AS s ON s.note_id = n.note_id
    WHERE n.dispute_id = :dispute_id

    UNION ALL
    SELECT
        w.told_at, 30, w.deadline_id::text || w.stage, 'deadline.' || w.what, NULL,
        jsonb_build_object(
            'thing', w.thing,
            'rule', w.rule,
            'level', CASE w.stage WHEN 3 THEN 'street' WHEN 4 THEN 'district' END,
            'due_on', ((w.due_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date
        ),
        NULL
    FROM (
        SELECT :dispute_id::uuid AS thing_id
        UNION ALL
        SELECT a.agreement_id FROM agreements AS a WHERE a.dispute_id = :dispute_id
        UNION ALL
        SELECT o.obligation_id
        FROM agreements AS a
        JOIN obligations AS o ON o.agreement_id = a.agreement_id
        WHERE a.dispute_id = :dispute_id
        UNION ALL
        SELECT j.joint_case_id FROM joint_cases AS j WHERE j.dispute_id = :dispute_id
        UNION ALL
        SELECT t.task_id
        FROM joint_cases AS j
        JOIN joint_tasks AS t ON t.joint_case_id = j.joint_case_id
        WHERE j.dispute_id = :dispute_id
        UNION ALL
        SELECT r.referral_id FROM referrals AS r WHERE r.dispute_id = :dispute_id
    ) AS due
    JOIN deadlines_told AS w ON w.thing_id = due.thing_id

    UNION ALL
    SELECT
        e.answered_at, 31, e.escalation_id::text, 'escalation.instructed', e.answered_by,
        jsonb_build_object('escalation_id', e.escalation_id, 'rule', e.rule, 'level', e.level),
        NULL
    FROM escalations AS e
    WHERE e.thing_id = :dispute_id AND e.answered_at IS NOT NULL
) AS h
WHERE :after_at::timestamptz IS NULL
    OR (h.at, h.rank, h.key) > (:after_at::timestamptz, :after_rank::integer, :after_key::text)
ORDER BY h.at, h.rank, h.key
LIMIT :count;
