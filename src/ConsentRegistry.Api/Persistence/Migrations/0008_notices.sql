-- What is told of grants that end.

ALTER TABLE consent.consent_grant ADD COLUMN warned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN consent.consent_grant.warned IS 'Whether those concerned were told that it is about to expire.';
CREATE INDEX consent_grant_unwarned ON consent.consent_grant (expires_at) WHERE state = 'standing' AND NOT warned AND expires_at IS NOT NULL;
DROP INDEX consent.consent_grant_expiry;
