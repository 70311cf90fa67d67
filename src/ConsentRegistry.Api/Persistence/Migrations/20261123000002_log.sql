-- The history log: what the inbox's events become once they have their place in it, and who may touch what.

-- The log. seq is the leaf index of the Merkle tree, without a gap. body and salt name people and go with an erasure; leaf stays.
CREATE TABLE consent.history (
    seq       bigint PRIMARY KEY CHECK (seq >= 0),
    creator   text COLLATE "C" NOT NULL,
    version   bigint NOT NULL,
    ordinal   integer NOT NULL,
    count     integer NOT NULL CHECK (ordinal BETWEEN 1 AND count),
    event_id  uuid NOT NULL UNIQUE,
    type      text NOT NULL,
    tx        bigint NOT NULL,
    leaf      bytea NOT NULL,
    body      bytea,
    salt      bytea CHECK (octet_length(salt) = 32),
    UNIQUE (creator, version, ordinal),
    CHECK ((body IS NULL) = (salt IS NULL))
);
COMMENT ON COLUMN consent.history.tx IS 'Microseconds since 1970.';

-- All events, whether they have their place in the log yet or not: in one statement each is here exactly once.
CREATE VIEW consent.event AS
    SELECT seq, creator, version, ordinal, count, event_id, type, tx, leaf, body, salt FROM consent.history
    UNION ALL
    SELECT NULL, creator, version, ordinal, count, event_id, type, tx, leaf, body, salt FROM consent.inbox;

-- Which versions wait the longest: the order in which the sequencer takes them.
CREATE INDEX inbox_order ON consent.inbox (tx, creator, version) WHERE ordinal = 1;

-- Full tiles of the tree (C2SP tlog-tiles), and the hash over each, which stands in the tile above. They follow from history.leaf.
CREATE TABLE consent.tile (
    level   smallint NOT NULL,
    index   bigint NOT NULL,
    hashes  bytea NOT NULL CHECK (octet_length(hashes) = 256 * 32),
    root    bytea NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (level, index)
);

-- Checkpoints: signed notes over the root of the first `size` leaves.
CREATE TABLE consent.tree_head (
    size  bigint PRIMARY KEY CHECK (size > 0),
    root  bytea NOT NULL CHECK (octet_length(root) = 32),
    note  text NOT NULL
);

-- One row. Whoever holds the epoch appends to the log, under this row's lock.
CREATE TABLE consent.sequencer (
    id     boolean PRIMARY KEY DEFAULT true CHECK (id),
    epoch  bigint NOT NULL
);
INSERT INTO consent.sequencer (epoch) VALUES (0);

-- The guard stops mistakes of those who have more rights than they need: a row of the log changes only by losing body and salt.
CREATE FUNCTION consent.guard_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'history' THEN
        IF NEW.body IS NULL AND NEW.salt IS NULL AND to_jsonb(NEW) - '{body,salt}'::text[] = to_jsonb(OLD) - '{body,salt}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The history log is only ever appended to.' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON consent.history FOR EACH ROW EXECUTE FUNCTION consent.guard_log();
CREATE TRIGGER history_is_kept BEFORE TRUNCATE ON consent.history FOR EACH STATEMENT EXECUTE FUNCTION consent.guard_log();
CREATE TRIGGER tree_head_stays BEFORE UPDATE OR DELETE ON consent.tree_head FOR EACH ROW EXECUTE FUNCTION consent.guard_log();
CREATE TRIGGER tree_head_is_kept BEFORE TRUNCATE ON consent.tree_head FOR EACH STATEMENT EXECUTE FUNCTION consent.guard_log();

-- Clears what an erasure covers: bodies and salts of the creator's events before the erasure's own. The one way to alter the log.
CREATE FUNCTION consent.erase(erased text, erasure bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    cleared bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM consent.history WHERE seq = erasure AND creator = erased AND type = 'creatorErased') THEN
        RAISE EXCEPTION 'The log has no erasure there.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE consent.history SET body = NULL, salt = NULL
        WHERE creator = erased AND seq < erasure AND type <> 'creatorErased' AND body IS NOT NULL;
    GET DIAGNOSTICS cleared = ROW_COUNT;
    RETURN cleared;
END
$$;
REVOKE ALL ON FUNCTION consent.erase(text, bigint) FROM PUBLIC;

-- Roles without a login: the host's login is a member of the first two, an auditor's of the third. They belong to the whole server, so that
-- another database may have made them already, or be making them now. Whoever makes them may take them.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['consent_application', 'consent_sequencer', 'consent_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
                EXECUTE format('GRANT %I TO CURRENT_USER', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA consent TO consent_application, consent_sequencer, consent_auditor;

-- Requests: settings and inbox. The log is there to be read.
GRANT SELECT ON ALL TABLES IN SCHEMA consent TO consent_application;
GRANT INSERT, UPDATE ON consent.creator TO consent_application;
GRANT INSERT, UPDATE, DELETE ON consent.creator_default, consent.video_override, consent.video, consent.idempotency_key TO consent_application;
GRANT INSERT ON consent.purpose, consent.inbox TO consent_application;

-- The sequencer: from the inbox to the log, and nothing that a request can name.
GRANT SELECT, DELETE ON consent.inbox TO consent_sequencer;
GRANT SELECT, INSERT ON consent.history, consent.tile, consent.tree_head TO consent_sequencer;
GRANT SELECT, UPDATE ON consent.sequencer TO consent_sequencer;
GRANT EXECUTE ON FUNCTION consent.erase(text, bigint) TO consent_sequencer;

-- Auditors: everything but the answers kept for idempotency keys, which are not theirs.
GRANT SELECT ON ALL TABLES IN SCHEMA consent TO consent_auditor;
REVOKE ALL ON consent.idempotency_key FROM consent_auditor;
