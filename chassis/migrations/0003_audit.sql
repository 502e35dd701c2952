-- Who did what to which thing, and who read personal data of which thing and why. `thing` is an id or a path.

-- Written in the transaction of the command or the read itself. The database says when.
CREATE TABLE audit_pending (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL CHECK (kind IN ('command', 'read')),
    actor_id text NOT NULL,
    action text NOT NULL,
    thing text NOT NULL,
    area text,
    purpose text,
    trace_id text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The same rows, numbered without a gap and chained: each hash covers the row and the hash before it.
CREATE TABLE audit_log (
    sequence bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_id text NOT NULL,
    action text NOT NULL,
    thing text NOT NULL,
    area text,
    purpose text,
    trace_id text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL
);

CREATE FUNCTION refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only; % is refused', tg_op;
END $$;

-- Rights keep the service out; this keeps the owner from accidents.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- One field of what is hashed: its length in characters, a colon and the text; a dash for none. So no two rows read alike.
CREATE FUNCTION audit_field(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(length(value) || ':' || value, '-')
$$;

-- Move at most so many rows from audit_pending to the end of the chain, in the order they were written in. The owner's
-- function, so that the service, whose rows they are, can neither choose a hash nor touch what is sealed. While another
-- transaction is sealing it does nothing and gives NULLs.
CREATE FUNCTION seal_audit(
    at_most integer,
    OUT sealed_rows integer,
    OUT pending_rows bigint,
    OUT head_sequence bigint,
    OUT head_hash bytea,
    OUT head_at timestamptz,
    OUT earlier_head_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entry audit_pending;
    earlier_hash bytea;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('linli.seal_audit', 0)) THEN
        RETURN;
    END IF;
    SELECT sequence, hash, at INTO head_sequence, head_hash, head_at FROM audit_log ORDER BY sequence DESC LIMIT 1;
    sealed_rows := 0;
    head_sequence := coalesce(head_sequence, 0);
    head_hash := coalesce(head_hash, decode(repeat('00', 32), 'hex'));
    earlier_head_at := head_at;
    FOR entry IN
        WITH moved AS (
            DELETE FROM audit_pending
            WHERE entry_id IN (SELECT entry_id FROM audit_pending ORDER BY entry_id LIMIT at_most)
            RETURNING *
        )
        SELECT * FROM moved ORDER BY entry_id
    LOOP
        sealed_rows := sealed_rows + 1;
        head_sequence := head_sequence + 1;
        earlier_hash := head_hash;
        head_at := entry.at;
        head_hash := sha256(earlier_hash || convert_to(
            audit_field((extract(epoch FROM entry.at) * 1000000)::bigint::text)
            || audit_field(entry.kind) || audit_field(entry.actor_id) || audit_field(entry.action)
            || audit_field(entry.thing) || audit_field(entry.area) || audit_field(entry.purpose)
            || audit_field(entry.trace_id),
            'UTF8'
        ));
        INSERT INTO audit_log (
            sequence, at, kind, actor_id, action, thing, area, purpose, trace_id, previous_hash, hash
        ) VALUES (
            head_sequence, entry.at, entry.kind, entry.actor_id, entry.action, entry.thing, entry.area, entry.purpose,
            entry.trace_id, earlier_hash, head_hash
        );
    END LOOP;
    SELECT count(*) INTO pending_rows FROM (SELECT 1 FROM audit_pending LIMIT 100001) AS waiting;
END $$;

DO $$
DECLARE
    service name := current_setting('linli.service_role');
BEGIN
    REVOKE ALL ON FUNCTION seal_audit(integer) FROM PUBLIC;
    EXECUTE format('REVOKE ALL ON audit_pending, audit_log FROM %I', service);
    EXECUTE format('GRANT SELECT ON audit_pending, audit_log TO %I', service);
    EXECUTE format(
        'GRANT INSERT (kind, actor_id, action, thing, area, purpose, trace_id) ON audit_pending TO %I', service
    );
    EXECUTE format('GRANT EXECUTE ON FUNCTION seal_audit(integer) TO %I', service);
END $$;
