-- A right that has lapsed is due no more, and the timer takes its row away (deadlines_told keeps that it lapsed). They
-- stayed until now: every agreement left one, and lists by what is due first walked past all of them. What lies there from
-- before is laid before the timer once more; it tells nothing twice.
UPDATE deadlines SET next_at = due_at
WHERE stage = 2 AND next_at IS NULL AND street_at IS NULL
    AND rule IN (SELECT r.rule FROM deadline_rules AS r WHERE NOT r.is_duty);

-- Work lists are of disputes alone, and a community's disputes are few among all that is due there.
-- Few things are due at a time: this reads the table once and is done.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deadlines_of_disputes ON deadlines (area, due_at, thing_id) WHERE thing = 'dispute' AND slot = 'state';
