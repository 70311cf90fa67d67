-- Who wrote an event: HMAC-SHA-256 over all other columns but body and salt, to which the leaf commits. The key is in a file of the nodes, and not
-- in the database; kid is its name. The `migrate` command marks the events of before, and has both columns be filled from then on.
ALTER TABLE consent.inbox
    ADD COLUMN kid  text COLLATE "C",
    ADD COLUMN mac  bytea CHECK (octet_length(mac) = 32);
ALTER TABLE consent.history
    ADD COLUMN kid  text COLLATE "C",
    ADD COLUMN mac  bytea CHECK (octet_length(mac) = 32);

CREATE OR REPLACE VIEW consent.event AS
    SELECT seq, creator, version, ordinal, count, event_id, type, tx, leaf,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = history.creator AND erased_at IS NOT NULL) THEN body END AS body,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = history.creator AND erased_at IS NOT NULL) THEN salt END AS salt,
        kid, mac
    FROM consent.history
    UNION ALL
    SELECT NULL, creator, version, ordinal, count, event_id, type, tx, leaf,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = inbox.creator AND erased_at IS NOT NULL) THEN body END,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = inbox.creator AND erased_at IS NOT NULL) THEN salt END,
        kid, mac
    FROM consent.inbox;

-- A row of the log changes only by losing body and salt, or by getting another mark.
CREATE OR REPLACE FUNCTION consent.guard_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'history' THEN
        IF NEW.body IS NULL AND NEW.salt IS NULL AND to_jsonb(NEW) - '{body,salt}'::text[] = to_jsonb(OLD) - '{body,salt}'::text[] THEN
            RETURN NEW;
        END IF;
        IF to_jsonb(NEW) - '{kid,mac}'::text[] = to_jsonb(OLD) - '{kid,mac}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The history log is only ever appended to.' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- The names of the keys by which nodes write. A node that lacks one of them is not ready.
CREATE TABLE consent.integrity_key (
    kid  text COLLATE "C" PRIMARY KEY
);
GRANT SELECT, INSERT ON consent.integrity_key TO consent_application;
GRANT SELECT ON consent.integrity_key TO consent_auditor;
