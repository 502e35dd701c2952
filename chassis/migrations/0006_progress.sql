-- How far the facts of each source are in effect: what this service's processes tell each other, and what one that has
-- just begun knows. One row for each source, rewritten about once a second under load (chassis.behind.rows).
CREATE TABLE progress (
    source text PRIMARY KEY,
    as_of timestamptz,
    in_hand integer NOT NULL,
    noted_by uuid NOT NULL,
    noted_at timestamptz NOT NULL
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
