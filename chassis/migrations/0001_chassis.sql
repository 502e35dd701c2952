-- What the chassis keeps in every service's own database.

-- Facts committed and not yet confirmed by the broker. Rows leave for event_log once their own confirm has come.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    type text NOT NULL,
    subject text NOT NULL,
    mandatory boolean NOT NULL,
    envelope text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Facts confirmed by the broker, by the month they were sent in; kept for replay and for the ledger.
CREATE TABLE event_log (
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    mandatory boolean NOT NULL,
    envelope text NOT NULL,
    recorded_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (position, sent_at)
) PARTITION BY RANGE (sent_at);

-- The relay's login may not create tables, so the owner's function does it for the month asked for.
CREATE FUNCTION ensure_event_log_partition(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    name text := 'event_log_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass('public.' || name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)',
            name, first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC'
        );
    END IF;
END $$;

-- Events whose effect is in this database; the row is written in the transaction of the effect.
CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    source text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('applied', 'stale', 'discarded')),
    occurred_at timestamptz NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Events whose effect is not (yet) in this database. waiting: retried by the timer; parked: behind an earlier event of
-- its subject; suspect: being run alone after a redelivery; dead: for the operator.
CREATE TABLE failed_events (
    failed_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    source text NOT NULL,
    type text,
    subject text,
    version integer,
    state text NOT NULL CHECK (state IN ('suspect', 'waiting', 'parked', 'dead')),
    reason text NOT NULL,
    detail text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    content_type text,
    body bytea NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_attempt_at timestamptz
);
CREATE INDEX failed_events_by_subject ON failed_events (source, subject, version);
CREATE INDEX failed_events_due ON failed_events (next_attempt_at) WHERE state IN ('waiting', 'parked');

-- The last version of each subject that was applied, for subscriptions that ask for every version in order.
CREATE TABLE subject_versions (
    source text NOT NULL,
    subject text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (source, subject)
);

-- What a command answered under its Idempotency-Key; written in the command's own transaction.
CREATE TABLE idempotency_keys (
    actor text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body text NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (kept_at);
