-- Which history log this database belongs to. `migrate` writes it, and a host that is of another log does not start.

-- One row. origin: what the log's checkpoints begin with. development: whether Development hosts use it, or all others.
CREATE TABLE consent.log_identity (
    id           boolean PRIMARY KEY DEFAULT true CHECK (id),
    origin       text NOT NULL,
    development  boolean NOT NULL,
    since        bigint NOT NULL DEFAULT 0 CHECK (since >= 0)
);
COMMENT ON COLUMN consent.log_identity.since IS
    'The log is of this origin and its keys from this many leaves on. 0: from the beginning. More: a restored copy was declared.';

-- A database that is in use belongs to the log whose checkpoints it holds. Production counts before Development, which may have strayed in.
INSERT INTO consent.log_identity (origin, development)
SELECT split_part(note, E'\n', 1), split_part(note, E'\n', 1) = 'development.invalid/consent-registry'
FROM consent.tree_head
ORDER BY 2, size DESC
LIMIT 1;

GRANT SELECT ON consent.log_identity TO consent_application, consent_auditor;
