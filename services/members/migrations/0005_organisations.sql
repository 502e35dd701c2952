-- Party organisations. Neither their names nor their places are anyone's personal data.
CREATE TABLE organisations (
    organisation_id uuid PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('committee', 'general_branch', 'branch', 'group')),
    area text COLLATE "C" NOT NULL REFERENCES divisions (code),
    parent_id uuid REFERENCES organisations,
    version integer NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX organisations_name_in_area ON organisations (area, name);

ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
CREATE POLICY open_to_read ON organisations FOR SELECT USING (true);
CREATE POLICY officers_add ON organisations FOR INSERT WITH CHECK (visible_area(area));
