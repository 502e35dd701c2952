-- transactional: false
-- Whether a version that never comes was discarded: asked whenever a subject has a gap, so without reading the inbox.
-- A build that was interrupted leaves an index that is never used: the next try begins by removing it.
DROP INDEX CONCURRENTLY IF EXISTS inbox_discarded;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS inbox_discarded ON inbox (source, subject, version)
WHERE outcome = 'discarded';
