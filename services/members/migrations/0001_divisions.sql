-- The division tree of the district. A division that vanishes from the official list stays: old facts point to it.
CREATE TABLE divisions (
    code text PRIMARY KEY CHECK (code ~ '^[1-9][0-9]{11}$'),
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('district', 'street', 'community')),
    parent_code text REFERENCES divisions,
    version integer NOT NULL,
    registered_at timestamptz NOT NULL,
    CHECK ((level = 'district') = (parent_code IS NULL))
);
CREATE INDEX divisions_by_parent ON divisions (parent_code, code);

-- The names a division has borne, each since a Shanghai day.
CREATE TABLE division_versions (
    code text NOT NULL REFERENCES divisions,
    version integer NOT NULL,
    name text NOT NULL,
    since date NOT NULL,
    PRIMARY KEY (code, version)
);

-- Anyone signed in may read the official list; only the operator's loader, which sees everything, writes it.
ALTER TABLE divisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY open_to_read ON divisions FOR SELECT USING (true);
CREATE POLICY loader_adds ON divisions FOR INSERT WITH CHECK (current_setting('linli.areas', true) = '*');
CREATE POLICY loader_changes ON divisions FOR UPDATE USING (current_setting('linli.areas', true) = '*');

ALTER TABLE division_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY open_to_read ON division_versions FOR SELECT USING (true);
CREATE POLICY loader_adds ON division_versions FOR INSERT WITH CHECK (current_setting('linli.areas', true) = '*');
