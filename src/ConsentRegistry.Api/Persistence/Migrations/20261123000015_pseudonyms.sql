-- What an erasure leaves: names of creators in requesters' streams, and what requesters said to recalls. And moments that PostgreSQL keeps as they are.

-- The names by which events in requesters' streams name creators: HMAC-SHA256 of the id under the key. An erasure takes key and name and
-- leaves the row, so that no new key is made for an erased creator.
CREATE TABLE consent.pseudonym (
    creator  text COLLATE "C" PRIMARY KEY,
    key      bytea CHECK (octet_length(key) = 32),
    name     text COLLATE "C" UNIQUE,
    CHECK ((key IS NULL) = (name IS NULL))
);
INSERT INTO consent.pseudonym (creator) SELECT id FROM consent.creator WHERE erased_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON consent.pseudonym TO consent_application;
GRANT SELECT ON consent.pseudonym TO consent_auditor;

-- Events hold a digest of what a requester said: HMAC-SHA256 of the text under this key. Both go with each creator whom the recall concerns.
ALTER TABLE consent.recall ADD COLUMN statement_key bytea CHECK (octet_length(statement_key) = 32);
UPDATE consent.recall SET statement = NULL
    WHERE statement IS NOT NULL
        AND id IN (SELECT c.recall FROM consent.recall_concern c JOIN consent.creator e ON e.id = c.creator WHERE e.erased_at IS NOT NULL);
UPDATE consent.recall SET statement = NULL
    WHERE statement IS NOT NULL AND (owner IN (SELECT id FROM consent.creator WHERE erased_at IS NOT NULL)
        OR creator IN (SELECT id FROM consent.creator WHERE erased_at IS NOT NULL));
UPDATE consent.recall SET creator = NULL WHERE creator IN (SELECT id FROM consent.creator WHERE erased_at IS NOT NULL);
UPDATE consent.recall SET statement_key = decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex') WHERE statement IS NOT NULL;
ALTER TABLE consent.recall ADD CHECK ((statement IS NULL) = (statement_key IS NULL));

-- Who is named in notifications that are in nobody's inbox: to be found by an erasure.
CREATE INDEX notification_about ON consent.notification ((coalesce(data -> 'video' ->> 'creatorId', data ->> 'creatorId')) COLLATE "C") WHERE creator IS NULL;

-- The first moment that a program can name was kept as -infinity. It is named again, and nothing is kept as infinite.
UPDATE consent.video SET published_at = '0001-01-01 00:00:00+00' WHERE published_at = '-infinity';
UPDATE consent.video_override SET expires_at = '0001-01-01 00:00:00+00' WHERE expires_at = '-infinity';
UPDATE consent.approval_request SET until = '0001-01-01 00:00:00+00' WHERE until = '-infinity';
UPDATE consent.consent_grant SET expires_at = '0001-01-01 00:00:00+00' WHERE expires_at = '-infinity';
UPDATE consent.usage SET used_at = '0001-01-01 00:00:00+00' WHERE used_at = '-infinity';
UPDATE consent.used_video SET decided_at = '0001-01-01 00:00:00+00' WHERE decided_at = '-infinity';
ALTER TABLE consent.video ADD CHECK (isfinite(published_at));
ALTER TABLE consent.video_override ADD CHECK (isfinite(expires_at));
ALTER TABLE consent.approval_request ADD CHECK (isfinite(until));
ALTER TABLE consent.consent_grant ADD CHECK (isfinite(expires_at));
ALTER TABLE consent.usage ADD CHECK (isfinite(used_at));
ALTER TABLE consent.used_video ADD CHECK (isfinite(decided_at));
