-- What is told of grants that end, and secrets of webhooks that were replaced more than once a day.

ALTER TABLE consent.consent_grant ADD COLUMN warned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN consent.consent_grant.warned IS 'Whether those concerned were told that it is about to expire.';
CREATE INDEX consent_grant_unwarned ON consent.consent_grant (expires_at) WHERE state = 'standing' AND NOT warned AND expires_at IS NOT NULL;
DROP INDEX consent.consent_grant_expiry;

-- Each secret that was replaced signs beside the newest one until its own time is over.
CREATE TABLE consent.former_secret (
    webhook  uuid NOT NULL REFERENCES consent.webhook ON DELETE CASCADE,
    secret   bytea NOT NULL CHECK (octet_length(secret) BETWEEN 24 AND 64),
    until    timestamptz NOT NULL,
    PRIMARY KEY (webhook, secret)
);
INSERT INTO consent.former_secret (webhook, secret, until) SELECT id, former_secret, former_until FROM consent.webhook WHERE former_until > now();
ALTER TABLE consent.webhook DROP COLUMN former_secret, DROP COLUMN former_until;

GRANT SELECT, INSERT, DELETE ON consent.former_secret TO consent_application;
GRANT SELECT (webhook, until) ON consent.former_secret TO consent_auditor;
