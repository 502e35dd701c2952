-- Sums of what happened to disputes. Nothing of a person, nothing of a dispute's content.

-- The division tree as members told it. A division that a fact named before members did has version 0, no name, and
-- the parent its digits say; the registered one takes its place, and every sum above it is right from then on, because
-- sums are kept for the division of the fact alone and rolled up along this tree when they are read.
CREATE TABLE divisions (
    code text PRIMARY KEY,
    name text,
    level text NOT NULL,
    parent_code text,
    version bigint NOT NULL
);
CREATE INDEX divisions_by_parent ON divisions (parent_code);

-- Counts of one division's own facts on one Shanghai day. Rows of today are rewritten with every batch: the room left
-- on each page keeps those updates off the index.
CREATE TABLE figures_by_day (
    day date NOT NULL,
    area text NOT NULL,
    registered bigint NOT NULL,
    accepted bigint NOT NULL,
    resolved bigint NOT NULL,
    refused bigint NOT NULL,
    terminated bigint NOT NULL,
    reopened bigint NOT NULL,
    days_to_resolve_sum bigint NOT NULL,
    days_to_resolve_count bigint NOT NULL,
    PRIMARY KEY (area, day)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- The same by calendar month (its first day), so that a year is 12 rows a division and ten years cost no more than one.
CREATE TABLE figures_by_month (
    month date NOT NULL,
    area text NOT NULL,
    registered bigint NOT NULL,
    accepted bigint NOT NULL,
    resolved bigint NOT NULL,
    refused bigint NOT NULL,
    terminated bigint NOT NULL,
    reopened bigint NOT NULL,
    days_to_resolve_sum bigint NOT NULL,
    days_to_resolve_count bigint NOT NULL,
    PRIMARY KEY (area, month)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- The newest facts of each division, a fixed number of them (model.NEWEST_KEPT): the board's running list.
CREATE TABLE newest_facts (
    area text NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    dispute_id text NOT NULL,
    type text NOT NULL,
    category text,
    relation text,
    PRIMARY KEY (area, occurred_at, event_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- One row that moves with every change: the ETag of all answers, so that asking again costs one look.
CREATE TABLE changes (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO changes (number) VALUES (0);
