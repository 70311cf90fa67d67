-- What a video is known by outside the platform: 'scheme:value' in its normal form, by scheme and value. No identifier has a space.
-- listed_identifiers: bit i is set if identifiers[i + 1] is listed.
ALTER TABLE consent.video
    ADD COLUMN identifiers         text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(identifiers) <= 16),
    ADD COLUMN listed_identifiers  integer NOT NULL DEFAULT 0;
-- Which videos carry an identifier. Videos without one stay out of it.
CREATE INDEX video_identifier ON consent.video USING gin (identifiers) WHERE cardinality(identifiers) > 0;

-- What erasures keep of identifiers: the first 16 bytes of HMAC-SHA-256 of 'scheme:value', and the name of the key. They deny for good.
CREATE TABLE consent.erased_identifier (
    creator  text COLLATE "C" NOT NULL,
    kid      text COLLATE "C" NOT NULL,
    hash     bytea NOT NULL CHECK (octet_length(hash) = 16),
    PRIMARY KEY (creator, kid, hash)
);
-- The names of all keys that made one. A node that lacks one of them is not ready.
CREATE TABLE consent.identifier_key (
    kid  text COLLATE "C" PRIMARY KEY
);

GRANT SELECT, INSERT ON consent.erased_identifier, consent.identifier_key TO consent_application;
GRANT SELECT ON consent.erased_identifier, consent.identifier_key TO consent_auditor;
