-- Our own copy of the places that `members` tells of, so that intake needs no other service. Nobody's data.

CREATE TABLE divisions (
    code text PRIMARY KEY,
    name text NOT NULL,
    level text NOT NULL,
    parent_code text,
    version bigint NOT NULL
);

-- `path` leads from the community's own unit down to this one; `area` is the community.
CREATE TABLE grid_units (
    grid_unit_id uuid PRIMARY KEY,
    area text NOT NULL,
    kind text NOT NULL,
    path text NOT NULL,
    version bigint NOT NULL
);
