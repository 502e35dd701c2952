-- The grid: places with their whole path, so that what lies in a place is one prefix away.
CREATE TABLE grid_units (
    grid_unit_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('community', 'compound', 'building', 'unit', 'household')),
    parent_id uuid REFERENCES grid_units,
    path text COLLATE "C" NOT NULL UNIQUE,
    label text NOT NULL,
    area text COLLATE "C" NOT NULL REFERENCES divisions (code),
    version integer NOT NULL,
    registered_at timestamptz NOT NULL,
    CHECK ((kind = 'community') = (parent_id IS NULL)),
    CHECK (path ^@ '/' AND right(path, 36) = grid_unit_id::text)
);
CREATE UNIQUE INDEX grid_units_label_among_siblings ON grid_units (parent_id, label);
CREATE UNIQUE INDEX grid_units_one_community_unit ON grid_units (area) WHERE kind = 'community';
CREATE INDEX grid_units_by_area ON grid_units (area, path);

ALTER TABLE grid_units ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_area ON grid_units USING (visible_area(area));
