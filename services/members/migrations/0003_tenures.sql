-- Who answers for a grid unit. Name and phone are sealed (chassis.privacy); an ended tenure stays as history.
CREATE TABLE tenures (
    tenure_id uuid PRIMARY KEY,
    grid_unit_id uuid NOT NULL REFERENCES grid_units,
    level text NOT NULL CHECK (level IN ('household', 'building', 'compound', 'community')),
    holder_id text NOT NULL,
    holder_name bytea NOT NULL,
    holder_phone bytea,
    from_date date NOT NULL,
    until_date date,
    area text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    started_at timestamptz NOT NULL,
    CHECK (until_date >= from_date)
);
CREATE UNIQUE INDEX tenures_one_current_holder ON tenures (grid_unit_id, level) WHERE until_date IS NULL;
CREATE INDEX tenures_by_unit ON tenures (grid_unit_id, tenure_id);

ALTER TABLE tenures ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_area ON tenures USING (visible_area(area));
