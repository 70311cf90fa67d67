-- Secrets of webhooks are encrypted by the host, with a key ring that is not in the database. Those of before, which have at most 64 bytes, are
-- encrypted by the `migrate` command or when a host starts.
ALTER TABLE consent.webhook DROP CONSTRAINT webhook_secret_check, ADD CONSTRAINT webhook_secret_check CHECK (octet_length(secret) BETWEEN 24 AND 512);
ALTER TABLE consent.former_secret DROP CONSTRAINT former_secret_secret_check, ADD CONSTRAINT former_secret_secret_check CHECK (octet_length(secret) BETWEEN 24 AND 512);
COMMENT ON COLUMN consent.webhook.secret IS 'Encrypted, with a key ring outside the database.';

-- Encrypting writes a secret's row anew.
GRANT UPDATE ON consent.former_secret TO consent_application;

-- What a webhook's owner sees of an attempt does not tell whether a name leads into the operator's network.
UPDATE consent.delivery SET error = 'unreachable' WHERE error = 'refusedAddress';
