-- Notes 民情日记: what residents say to those who walk the grid, sealed, and what becomes of it. There is no column for
-- who it is about, and none for a mark on a person: a note is about a matter (DOMAIN §D).
CREATE TABLE notes (
    note_id uuid PRIMARY KEY,
    area text NOT NULL,
    grid_unit_id uuid,
    taken_by text NOT NULL,
    taken_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    text_sealed bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'suggestion', 'case', 'closed')),
    version bigint NOT NULL,
    dispute_id uuid REFERENCES disputes,
    outcome text CHECK (outcome IN ('adopted', 'declined', 'noted')),
    answer_sealed bytea,
    closed_at timestamptz,
    CHECK ((state = 'case') = (dispute_id IS NOT NULL)),
    CHECK ((state = 'closed') = (outcome IS NOT NULL))
);
CREATE INDEX notes_of_area ON notes (area, recorded_at, note_id);
CREATE INDEX notes_taken_by ON notes (taken_by, recorded_at, note_id);
CREATE UNIQUE INDEX notes_of_dispute ON notes (dispute_id) WHERE dispute_id IS NOT NULL;

-- Who did what with a note and when: one row a version.
CREATE TABLE note_steps (
    note_id uuid NOT NULL REFERENCES notes,
    version bigint NOT NULL,
    step text NOT NULL,
    done_by text NOT NULL,
    done_at timestamptz NOT NULL,
    outcome text,
    PRIMARY KEY (note_id, version)
);

ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON notes FOR SELECT
    USING (visible_area(area) OR taken_by = current_setting('linli.actor', true));
CREATE POLICY taken ON notes FOR INSERT WITH CHECK (taken_by = current_setting('linli.actor', true));
CREATE POLICY worked_on ON notes FOR UPDATE
    USING (visible_area(area) OR taken_by = current_setting('linli.actor', true));
-- What became a case shows to whom the case shows: what an accuser said never reaches the accused by this way
-- (信访工作条例 Art. 30, 46). Whoever took the note knows it anyway.
CREATE POLICY with_its_case ON notes AS RESTRICTIVE
    USING (
        dispute_id IS NULL
        OR taken_by = current_setting('linli.actor', true)
        OR EXISTS (SELECT FROM disputes AS d WHERE d.dispute_id = notes.dispute_id)
    );

ALTER TABLE note_steps ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_its_note ON note_steps
    USING (EXISTS (SELECT FROM notes AS n WHERE n.note_id = note_steps.note_id));

-- What was said and where stays as it was written; nothing is taken away.
DO $$
DECLARE
    login text := current_setting('linli.service_role');
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON notes, note_steps FROM %I', login);
    EXECUTE format(
        'GRANT UPDATE (state, version, dispute_id, outcome, answer_sealed, closed_at) ON notes TO %I', login
    );
END $$;
