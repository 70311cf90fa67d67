-- The nodes that answer checks from memory, and what a repeated change waits for.

-- beat rises with each update; seen is the snapshot of the newest poll whose changes the node's memory has; delta_ms is for how long the node
-- answers after its last poll and its last beat. Rows are few and rewritten all the time.
CREATE TABLE consent.node (
    id        uuid PRIMARY KEY,
    beat      bigint NOT NULL,
    seen      pg_snapshot NOT NULL,
    delta_ms  integer NOT NULL CHECK (delta_ms > 0)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- The transactions whose changes an answer speaks of: a replay waits for them as the first answer did.
ALTER TABLE consent.idempotency_key ADD COLUMN changed_xids xid8[] NOT NULL DEFAULT '{}';

GRANT SELECT, INSERT, UPDATE, DELETE ON consent.node TO consent_application;
GRANT SELECT ON consent.node TO consent_auditor;
