-- What else becomes of disputes, and all figures by category and by relation of the parties.

-- Added beside the running version, which leaves them at 0. satisfaction_1 to satisfaction_5: confirmations with so many
-- points; one without points is in `confirmed` alone.
ALTER TABLE figures_by_day
    ADD COLUMN linked bigint NOT NULL DEFAULT 0,
    ADD COLUMN overdue bigint NOT NULL DEFAULT 0,
    ADD COLUMN confirmed bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_1 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_2 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_3 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_4 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_5 bigint NOT NULL DEFAULT 0;
ALTER TABLE figures_by_month
    ADD COLUMN linked bigint NOT NULL DEFAULT 0,
    ADD COLUMN overdue bigint NOT NULL DEFAULT 0,
    ADD COLUMN confirmed bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_1 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_2 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_3 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_4 bigint NOT NULL DEFAULT 0,
    ADD COLUMN satisfaction_5 bigint NOT NULL DEFAULT 0;

-- The same figures of one division's own facts on one Shanghai day, for each category and each relation (`kind`) that
-- they name (`word`). Facts counted before this migration are not in it: docs/operating/verify-and-replay.md says how
-- they are counted anew.
CREATE TABLE breakdown_by_day (
    area text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('category', 'relation')),
    day date NOT NULL,
    word text NOT NULL,
    registered bigint NOT NULL,
    accepted bigint NOT NULL,
    resolved bigint NOT NULL,
    refused bigint NOT NULL,
    terminated bigint NOT NULL,
    reopened bigint NOT NULL,
    linked bigint NOT NULL,
    overdue bigint NOT NULL,
    confirmed bigint NOT NULL,
    days_to_resolve_sum bigint NOT NULL,
    days_to_resolve_count bigint NOT NULL,
    satisfaction_1 bigint NOT NULL,
    satisfaction_2 bigint NOT NULL,
    satisfaction_3 bigint NOT NULL,
    satisfaction_4 bigint NOT NULL,
    satisfaction_5 bigint NOT NULL,
    PRIMARY KEY (area, kind, day, word)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- By calendar month (its first day), here with all that lies in the division: a year of a whole district is then read
-- from one division's rows, not from those of its hundred communities. A division that changes its parent takes its
-- rows along (store.move_division).
CREATE TABLE breakdown_by_month (
    area text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('category', 'relation')),
    month date NOT NULL,
    word text NOT NULL,
    registered bigint NOT NULL,
    accepted bigint NOT NULL,
    resolved bigint NOT NULL,
    refused bigint NOT NULL,
    terminated bigint NOT NULL,
    reopened bigint NOT NULL,
    linked bigint NOT NULL,
    overdue bigint NOT NULL,
    confirmed bigint NOT NULL,
    days_to_resolve_sum bigint NOT NULL,
    days_to_resolve_count bigint NOT NULL,
    satisfaction_1 bigint NOT NULL,
    satisfaction_2 bigint NOT NULL,
    satisfaction_3 bigint NOT NULL,
    satisfaction_4 bigint NOT NULL,
    satisfaction_5 bigint NOT NULL,
    PRIMARY KEY (area, kind, month, word)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
