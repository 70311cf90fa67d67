-- Which trace (W3C Trace Context) an event or a notification belongs to, by its id. It stands beside them: no body, leaf or export has it. Written
-- only where the request was traced, and deleted after an hour.
CREATE TABLE consent.trace (
    id           uuid PRIMARY KEY,
    traceparent  text NOT NULL CHECK (length(traceparent) = 55),
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.1);
CREATE INDEX trace_age ON consent.trace (created_at);

-- UPDATE is for locking rows that are to be deleted.
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.trace TO consent_application;

-- Recalls that nobody has answered are counted all the time by whoever watches.
CREATE INDEX recall_open ON consent.recall (stop_by) WHERE state = 'open';
