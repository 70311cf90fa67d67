-- Telling: what is said with a change, in whose inbox it appears, and whose webhooks it goes to.

-- Written by the transaction of the change, and emptied by whoever hands on. It has no other index, for every change pays for it.
CREATE TABLE consent.outbox (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL,
    creator       text COLLATE "C",
    requester     text COLLATE "C",
    to_platforms  boolean NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    data          jsonb NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- place: the order in which notifications were handed on, by one transaction at a time, so that whoever follows it misses none that
-- committed late. id goes with the notification to all receivers, however often it is sent.
CREATE SEQUENCE consent.notification_place;
CREATE TABLE consent.notification (
    place         bigint PRIMARY KEY,
    id            uuid NOT NULL UNIQUE,
    kind          text NOT NULL,
    creator       text COLLATE "C",
    requester     text COLLATE "C",
    to_platforms  boolean NOT NULL,
    created_at    timestamptz NOT NULL,
    data          jsonb NOT NULL,
    read_at       timestamptz
);
CREATE INDEX notification_inbox ON consent.notification (creator, place) WHERE creator IS NOT NULL;
CREATE INDEX notification_unread ON consent.notification (creator, place) WHERE creator IS NOT NULL AND read_at IS NULL;
CREATE INDEX notification_age ON consent.notification (created_at);

-- owner: the client of a platform, a requester, or a creator. Secrets are kept as they are, for they have to sign.
CREATE TABLE consent.webhook (
    id             uuid PRIMARY KEY,
    audience       text NOT NULL CHECK (audience IN ('platform', 'requester', 'creator')),
    owner          text COLLATE "C" NOT NULL,
    url            text NOT NULL,
    host           text NOT NULL,
    kinds          text[],
    enabled        boolean NOT NULL DEFAULT true,
    disabled_for   text CHECK (enabled = (disabled_for IS NULL)),
    failing_since  timestamptz,
    secret         bytea NOT NULL CHECK (octet_length(secret) BETWEEN 24 AND 64),
    former_secret  bytea CHECK (octet_length(former_secret) BETWEEN 24 AND 64),
    former_until   timestamptz CHECK ((former_until IS NULL) = (former_secret IS NULL)),
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (audience, owner, url)
);
COMMENT ON COLUMN consent.webhook.host IS 'Host and port of the url: receivers of one host share their turns.';
COMMENT ON COLUMN consent.webhook.kinds IS 'NULL: every kind.';
COMMENT ON COLUMN consent.webhook.former_secret IS 'Signs beside the new one until former_until.';

-- due_at: when to try next; a node that takes a delivery puts it off for as long as it may take, so that another tries again if it dies.
CREATE TABLE consent.delivery (
    webhook       uuid NOT NULL REFERENCES consent.webhook ON DELETE CASCADE,
    notification  uuid NOT NULL REFERENCES consent.notification (id) ON DELETE CASCADE,
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts      integer NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    tried_at      timestamptz,
    status        integer,
    error         text,
    PRIMARY KEY (webhook, notification)
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX delivery_due ON consent.delivery (webhook, due_at) WHERE state = 'pending';
CREATE INDEX delivery_notification ON consent.delivery (notification);

-- UPDATE of the outbox is for locking its rows.
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.outbox TO consent_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.notification, consent.webhook, consent.delivery TO consent_application;
GRANT USAGE ON SEQUENCE consent.notification_place TO consent_application;
-- Not the secrets of webhooks, nor their addresses, which may hold some.
GRANT SELECT ON consent.outbox, consent.notification, consent.delivery TO consent_auditor;
GRANT SELECT (id, audience, owner, host, kinds, enabled, disabled_for, failing_since, former_until, created_at) ON consent.webhook TO consent_auditor;
