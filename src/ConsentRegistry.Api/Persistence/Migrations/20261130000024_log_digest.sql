-- One row: how far every stream of the log is, as one number that only nodes can make and read, for the first `size` leaves. By it a node
-- that loads notices a stream that was set back together with its seal and its events.
CREATE TABLE consent.log_digest (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    size  bigint NOT NULL CHECK (size >= 0),
    kid   text NOT NULL,
    sum   bytea NOT NULL
);

GRANT SELECT ON consent.log_digest TO consent_application, consent_auditor;
GRANT SELECT, INSERT, UPDATE ON consent.log_digest TO consent_sequencer;
