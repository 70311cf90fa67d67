-- Checkpoints that enough witnesses cosigned, by the policy of the nodes: the note of `tree_head` with lines added to it. One row for each size, whose
-- note is replaced as cosignatures are renewed.
CREATE TABLE consent.cosigned_head (
    size  bigint PRIMARY KEY CHECK (size > 0),
    note  text NOT NULL
);

-- A cosigned note says what the log signed, and nothing is ever taken back.
CREATE FUNCTION consent.guard_cosigned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        IF EXISTS (SELECT FROM consent.tree_head WHERE size = NEW.size AND starts_with(NEW.note, note))
            AND (TG_OP = 'INSERT' OR NEW.size = OLD.size) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A cosigned checkpoint only adds lines to what the log signed.' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER cosigned_head_stays BEFORE INSERT OR UPDATE OR DELETE ON consent.cosigned_head FOR EACH ROW EXECUTE FUNCTION consent.guard_cosigned();
CREATE TRIGGER cosigned_head_is_kept BEFORE TRUNCATE ON consent.cosigned_head FOR EACH STATEMENT EXECUTE FUNCTION consent.guard_cosigned();

-- One row: when a node last began to ask the witnesses. If it is long ago, another node takes over.
CREATE TABLE consent.witness_round (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    asked_at  timestamptz NOT NULL
);
INSERT INTO consent.witness_round (asked_at) VALUES ('1970-01-01T00:00:00Z');

GRANT SELECT ON consent.cosigned_head, consent.witness_round TO consent_application, consent_auditor;
GRANT SELECT, INSERT, UPDATE (note) ON consent.cosigned_head TO consent_sequencer;
GRANT SELECT, UPDATE (asked_at) ON consent.witness_round TO consent_sequencer;
