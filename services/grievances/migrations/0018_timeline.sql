-- What a case's timeline tells beyond the rows that its parts keep anyway: who took a step, and what was told of its due
-- times, which are forgotten once they are settled.

-- The account whose eyes the transaction has, so no handler can forget it; null for steps older than this.
ALTER TABLE dispute_steps ADD COLUMN taken_by text;
ALTER TABLE dispute_steps ALTER COLUMN taken_by SET DEFAULT current_setting('linli.actor', true);

-- Each stage of a deadline as it was told: near, missed, escalated (to the street: stage 3, to the district: 4), lapsed.
-- Names no person; it shows with what was due.
CREATE TABLE deadlines_told (
    deadline_id uuid NOT NULL,
    stage bigint NOT NULL,
    what text NOT NULL CHECK (what IN ('near', 'missed', 'escalated', 'lapsed')),
    thing text NOT NULL,
    thing_id uuid NOT NULL,
    rule text NOT NULL,
    due_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (deadline_id, stage)
);
CREATE INDEX deadlines_told_of_thing ON deadlines_told (thing_id);

ALTER TABLE deadlines_told ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON deadlines_told FOR SELECT USING (sees_thing(thing, thing_id));
CREATE POLICY told ON deadlines_told FOR INSERT WITH CHECK (current_setting('linli.areas', true) = '*');

-- Which cases were linked to one. Only a step that links, or takes a linked case up again, touches it.
-- The column is new and empty, so this reads the table once and is done.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX disputes_linked_here ON disputes (linked_to) WHERE linked_to IS NOT NULL;

DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON deadlines_told FROM %I', current_setting('linli.service_role'));
END $$;
