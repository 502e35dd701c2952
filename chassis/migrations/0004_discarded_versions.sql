-- transactional: false
-- Whether a version that never comes was discarded: asked whenever a subject has a gap, so without reading the inbox.
CREATE INDEX CONCURRENTLY IF NOT EXISTS inbox_discarded ON inbox (source, subject, version)
WHERE outcome = 'discarded';
