-- Sessions of mediation and their record (人民调解法 Art. 27), sealed. `area` and `filed_by` repeat the dispute's.
CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES disputes,
    number bigint NOT NULL,
    area text NOT NULL,
    filed_by text NOT NULL,
    held_at timestamptz NOT NULL,
    is_public boolean NOT NULL,
    attended text [] NOT NULL,
    record_sealed bytea NOT NULL,
    recorded_by text NOT NULL,
    UNIQUE (dispute_id, number)
);

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON sessions FOR SELECT
    USING (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY recorded ON sessions FOR INSERT WITH CHECK (visible_area(area));

-- A record is kept as it was written.
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON sessions FROM %I', current_setting('linli.service_role'));
END $$;
