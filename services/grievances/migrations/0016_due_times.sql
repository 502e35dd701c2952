-- Due times that stay as they were counted, what has come up to street and district, and the days off of two years.

-- `amount`, `street_at` and `district_at` are taken from the rule when the time begins to run, so that a changed rule
-- holds for what begins afterwards. `amount` is null for a last day of its own; `street_at` and `district_at` are null
-- for what is no duty but a right. `is_provisional`: counted past the end of the holiday table, by weekends alone.
ALTER TABLE deadlines
    ADD COLUMN amount bigint,
    ADD COLUMN street_at timestamptz,
    ADD COLUMN district_at timestamptz,
    ADD COLUMN is_provisional boolean NOT NULL DEFAULT false;

-- The district changes how long things may take, never above what the law allows, and sees what another has changed.
ALTER TABLE deadline_rules
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD CONSTRAINT deadline_rules_within_the_law CHECK (amount <= law_maximum) NOT VALID,
    ADD CONSTRAINT deadline_rules_go_up CHECK (
        street_after_days < district_after_days OR NOT is_duty
    ) NOT VALID;
ALTER TABLE deadline_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON deadline_rules FOR SELECT USING (true);
CREATE POLICY set_by_the_district ON deadline_rules FOR UPDATE USING (
    NOT EXISTS (SELECT FROM divisions AS d WHERE d.level = 'district' AND NOT visible_area(d.code))
    AND EXISTS (SELECT FROM divisions AS d WHERE d.level = 'district')
);

-- Whether the transaction's eyes may know of what is due: as the policies of the thing itself have it.
CREATE FUNCTION sees_thing(kind text, id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    -- No person stands behind it: a timer, a consumer, an operator's command.
    IF current_setting('linli.areas', true) = '*' THEN
        RETURN true;
    END IF;
    CASE kind
        WHEN 'dispute' THEN RETURN EXISTS (SELECT FROM disputes AS t WHERE t.dispute_id = id);
        WHEN 'agreement' THEN RETURN EXISTS (SELECT FROM agreements AS t WHERE t.agreement_id = id);
        WHEN 'obligation' THEN RETURN EXISTS (SELECT FROM obligations AS t WHERE t.obligation_id = id);
        WHEN 'joint_case' THEN RETURN EXISTS (SELECT FROM joint_cases AS t WHERE t.joint_case_id = id);
        WHEN 'joint_task' THEN RETURN EXISTS (SELECT FROM joint_tasks AS t WHERE t.task_id = id);
        WHEN 'referral' THEN RETURN EXISTS (SELECT FROM referrals AS t WHERE t.referral_id = id);
        WHEN 'note' THEN RETURN EXISTS (SELECT FROM notes AS t WHERE t.note_id = id);
        ELSE RETURN false;
    END CASE;
END $$;

-- Whether the transaction's eyes reach the area from this level or from above it.
CREATE FUNCTION acts_at(of_level text, of_area text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    current_setting('linli.areas', true) = '*'
    OR EXISTS (
        SELECT FROM unnest(string_to_array(nullif(current_setting('linli.areas', true), ''), ',')) AS known (prefix)
        WHERE length(known.prefix) <= CASE of_level WHEN 'street' THEN 9 ELSE 6 END AND of_area ^@ known.prefix
    ),
    false
);

-- What a missed duty has brought up to a level: work for its officers. `instruction_sealed` is what they order
-- 督办意见, written once. `settled_at`: when the thing moved on. Nothing here is deleted or rewritten.
CREATE TABLE escalations (
    escalation_id uuid PRIMARY KEY,
    deadline_id uuid NOT NULL,
    level text NOT NULL CHECK (level IN ('street', 'district')),
    thing text NOT NULL,
    thing_id uuid NOT NULL,
    rule text NOT NULL,
    area text NOT NULL,
    category text,
    relation text,
    due_at timestamptz NOT NULL,
    raised_at timestamptz NOT NULL,
    instruction_sealed bytea,
    answered_by text,
    answered_at timestamptz,
    settled_at timestamptz,
    UNIQUE (deadline_id, level)
);
CREATE INDEX escalations_open ON escalations (level, raised_at, escalation_id) WHERE settled_at IS NULL;
CREATE INDEX escalations_of_level ON escalations (level, raised_at, escalation_id);
CREATE INDEX escalations_of_thing ON escalations (thing_id);

ALTER TABLE escalations ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON escalations FOR SELECT USING (visible_area(area) AND sees_thing(thing, thing_id));
CREATE POLICY raised ON escalations FOR INSERT WITH CHECK (current_setting('linli.areas', true) = '*');
CREATE POLICY answered ON escalations FOR UPDATE USING (acts_at(level, area) AND sees_thing(thing, thing_id));

-- When what was due is done or replaced, whoever did it, nothing waits above any more.
CREATE FUNCTION settle_escalations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE escalations SET settled_at = clock_timestamp()
    WHERE deadline_id = OLD.deadline_id AND settled_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER deadline_replaced AFTER UPDATE OF deadline_id ON deadlines
FOR EACH ROW WHEN (OLD.stage >= 3 AND OLD.deadline_id <> NEW.deadline_id) EXECUTE FUNCTION settle_escalations();
CREATE TRIGGER deadline_settled AFTER DELETE ON deadlines
FOR EACH ROW WHEN (OLD.stage >= 3) EXECUTE FUNCTION settle_escalations();

DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format('REVOKE INSERT, UPDATE ON deadline_rules FROM %I', login);
    EXECUTE format(
        'GRANT UPDATE (amount, near_hours, street_after_days, district_after_days, version) ON deadline_rules TO %I',
        login
    );
    EXECUTE format('REVOKE UPDATE, DELETE ON escalations FROM %I', login);
    EXECUTE format('GRANT UPDATE (instruction_sealed, answered_by, answered_at) ON escalations TO %I', login);
END $$;

-- 国务院办公厅关于2025年、2026年部分节假日安排的通知: weekdays that are off, weekend days that are worked.
INSERT INTO holiday_years (year, source) VALUES
    (2025, '国务院办公厅关于2025年部分节假日安排的通知（国办发明电〔2024〕12号）'),
    (2026, '国务院办公厅关于2026年部分节假日安排的通知（2025-11-04）');
INSERT INTO holidays (day, is_working, name) VALUES
    ('2025-01-01', false, '元旦'),
    ('2025-01-26', true, '春节'),
    ('2025-01-28', false, '春节'),
    ('2025-01-29', false, '春节'),
    ('2025-01-30', false, '春节'),
    ('2025-01-31', false, '春节'),
    ('2025-02-03', false, '春节'),
    ('2025-02-04', false, '春节'),
    ('2025-02-08', true, '春节'),
    ('2025-04-04', false, '清明节'),
    ('2025-04-27', true, '劳动节'),
    ('2025-05-01', false, '劳动节'),
    ('2025-05-02', false, '劳动节'),
    ('2025-05-05', false, '劳动节'),
    ('2025-06-02', false, '端午节'),
    ('2025-09-28', true, '国庆节'),
    ('2025-10-01', false, '国庆节'),
    ('2025-10-02', false, '国庆节'),
    ('2025-10-03', false, '国庆节'),
    ('2025-10-06', false, '中秋节'),
    ('2025-10-07', false, '国庆节'),
    ('2025-10-08', false, '国庆节'),
    ('2025-10-11', true, '国庆节'),
    ('2026-01-01', false, '元旦'),
    ('2026-01-02', false, '元旦'),
    ('2026-01-04', true, '元旦'),
    ('2026-02-14', true, '春节'),
    ('2026-02-16', false, '春节'),
    ('2026-02-17', false, '春节'),
    ('2026-02-18', false, '春节'),
    ('2026-02-19', false, '春节'),
    ('2026-02-20', false, '春节'),
    ('2026-02-23', false, '春节'),
    ('2026-02-28', true, '春节'),
    ('2026-04-06', false, '清明节'),
    ('2026-05-01', false, '劳动节'),
    ('2026-05-04', false, '劳动节'),
    ('2026-05-05', false, '劳动节'),
    ('2026-05-09', true, '劳动节'),
    ('2026-06-19', false, '端午节'),
    ('2026-09-20', true, '国庆节'),
    ('2026-09-25', false, '中秋节'),
    ('2026-10-01', false, '国庆节'),
    ('2026-10-02', false, '国庆节'),
    ('2026-10-05', false, '国庆节'),
    ('2026-10-06', false, '国庆节'),
    ('2026-10-07', false, '国庆节'),
    ('2026-10-10', true, '国庆节');
