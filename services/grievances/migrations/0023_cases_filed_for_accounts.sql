-- transactional: false
-- What others have filed for an account, for its list of own cases: few rows, and nothing that a resident's own filing writes.
-- Without a transaction, so that nobody who files waits for it; one whose building was interrupted is built anew.
DROP INDEX CONCURRENTLY IF EXISTS dispute_parties_filed_for;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS dispute_parties_filed_for ON dispute_parties (person_id, dispute_id)
WHERE side = 'applicant' AND person_id <> filed_by;
