-- Disputes and their parties. What identifies a person, and what was told, is sealed (chassis.privacy).

-- What disputes are about: data, so that a district changes it without a release. A retired one keeps its disputes.
CREATE TABLE categories (
    category text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    position bigint NOT NULL,
    in_use boolean NOT NULL DEFAULT true
);
INSERT INTO categories (category, name_zh, name_en, position) VALUES
    ('property_fee', '物业费', 'Property fees', 1),
    ('repair', '维修与漏水', 'Repairs and leaks', 2),
    ('parking', '停车', 'Parking', 3),
    ('noise', '噪声', 'Noise', 4),
    ('common_area', '公共区域', 'Common areas', 5),
    ('waste', '垃圾与环境卫生', 'Waste and hygiene', 6),
    ('construction', '装修与施工', 'Construction', 7),
    ('other', '其他', 'Other', 8);

-- The last serial of each community and year. The row is locked from the number to the commit, so no number is lost.
CREATE TABLE case_serials (
    area text NOT NULL,
    case_year bigint NOT NULL,
    last_serial bigint NOT NULL,
    PRIMARY KEY (area, case_year)
) WITH (fillfactor = 10);

-- `street` and `district` are the prefixes that work lists of a wider scope are read by. No index holds a column that
-- a step from open to open changes, so those updates touch no index (HOT); `closed_as` exists for that: null while open.
CREATE TABLE disputes (
    dispute_id uuid PRIMARY KEY,
    area text NOT NULL,
    street text NOT NULL GENERATED ALWAYS AS (left(area, 9)) STORED,
    district text NOT NULL GENERATED ALWAYS AS (left(area, 6)) STORED,
    case_year bigint NOT NULL,
    serial bigint NOT NULL,
    grid_unit_id uuid,
    relation text NOT NULL,
    category text NOT NULL REFERENCES categories,
    summary_sealed bytea NOT NULL,
    filed_by text NOT NULL,
    registered_at timestamptz NOT NULL,
    state text NOT NULL,
    closed_as text GENERATED ALWAYS AS (
        CASE WHEN state IN ('resolved', 'refused', 'terminated') THEN state END
    ) STORED,
    version bigint NOT NULL,
    session_count bigint NOT NULL,
    mediator_id text,
    reason_code text,
    agreement_form text,
    closed_at timestamptz,
    UNIQUE (area, case_year, serial)
) WITH (fillfactor = 75);
CREATE INDEX disputes_of_community ON disputes (area, registered_at, dispute_id);
CREATE INDEX disputes_of_street ON disputes (street, registered_at, dispute_id);
CREATE INDEX disputes_of_district ON disputes (district, registered_at, dispute_id);
CREATE INDEX disputes_filed_by ON disputes (filed_by, registered_at, dispute_id);
CREATE INDEX disputes_of_category ON disputes (category, registered_at, dispute_id);
CREATE INDEX disputes_open ON disputes (registered_at, dispute_id) WHERE closed_as IS NULL;
CREATE INDEX disputes_closed ON disputes (closed_as, registered_at, dispute_id) WHERE closed_as IS NOT NULL;

-- `area` and `filed_by` repeat the dispute's, so that the policies below need not look it up.
CREATE TABLE dispute_parties (
    dispute_id uuid NOT NULL REFERENCES disputes,
    side text NOT NULL,
    area text NOT NULL,
    filed_by text NOT NULL,
    kind text NOT NULL,
    name_sealed bytea NOT NULL,
    phone_sealed bytea,
    phone_index bytea,
    person_id text,
    PRIMARY KEY (dispute_id, side)
);
CREATE INDEX dispute_parties_by_phone ON dispute_parties (phone_index);

-- The second lock behind the handlers' own: who works in an area sees and changes what lies in it; who filed sees that.
ALTER TABLE disputes ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON disputes FOR SELECT
    USING (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY filed ON disputes FOR INSERT
    WITH CHECK (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY worked_on ON disputes FOR UPDATE USING (visible_area(area));

ALTER TABLE dispute_parties ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON dispute_parties FOR SELECT
    USING (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY filed ON dispute_parties FOR INSERT
    WITH CHECK (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY worked_on ON dispute_parties FOR UPDATE USING (visible_area(area));

-- A complaint is closed, never removed: not even the service's own login can.
DO $$
BEGIN
    EXECUTE format(
        'REVOKE DELETE ON disputes, dispute_parties, case_serials, categories FROM %I',
        current_setting('linli.service_role')
    );
END $$;
