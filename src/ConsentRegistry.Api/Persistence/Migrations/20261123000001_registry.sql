-- The registry's tables, as docs/explanation/architecture.md describes them. Ids are compared byte by byte, hence COLLATE "C".

-- One row for each stream: every creator that ever decided, owned or was stopped, and '$vocabulary'.
CREATE TABLE consent.creator (
    id                 text COLLATE "C" PRIMARY KEY,
    version            bigint NOT NULL,
    settings_version   bigint NOT NULL DEFAULT 0,
    changed_at         timestamptz NOT NULL,
    changed_xid        xid8 NOT NULL,
    head               bytea CHECK (octet_length(head) = 32),
    lockdown_purposes  text[],
    lockdown_version   bigint,
    lockdown_at        timestamptz,
    hold_purposes      text[],
    hold_version       bigint,
    hold_at            timestamptz,
    erased_at          timestamptz,
    CHECK (num_nulls(lockdown_version, lockdown_at) IN (0, 2) AND (lockdown_version IS NOT NULL OR lockdown_purposes IS NULL)),
    CHECK (num_nulls(hold_version, hold_at) IN (0, 2) AND (hold_version IS NOT NULL OR hold_purposes IS NULL))
);
COMMENT ON COLUMN consent.creator.version IS 'Counts every change of this creator''s stream.';
COMMENT ON COLUMN consent.creator.settings_version IS 'Counts every change of settings and stops: the ETag.';
COMMENT ON COLUMN consent.creator.head IS 'SHA-256 of the newest leaf of the stream.';
COMMENT ON COLUMN consent.creator.lockdown_purposes IS 'NULL beside a lockdown_version: everything.';

-- requester '' means anybody. segments: an array of {from, effect, conditions, expiresAt, vocabularyVersion, version, changedAt}.
CREATE TABLE consent.creator_default (
    creator    text COLLATE "C" NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    requester  text COLLATE "C" NOT NULL,
    segments   jsonb NOT NULL CHECK (jsonb_typeof(segments) = 'array' AND jsonb_array_length(segments) BETWEEN 1 AND 64),
    PRIMARY KEY (creator, purpose, requester)
);

CREATE TABLE consent.video_override (
    creator             text COLLATE "C" NOT NULL,
    owner               text COLLATE "C" NOT NULL,
    video               text COLLATE "C" NOT NULL,
    purpose             text COLLATE "C" NOT NULL,
    requester           text COLLATE "C" NOT NULL,
    effect              text NOT NULL CHECK (effect IN ('allow', 'ask', 'deny')),
    conditions          text[] NOT NULL CHECK (effect <> 'deny' OR cardinality(conditions) = 0),
    expires_at          timestamptz CHECK (effect = 'allow' OR expires_at IS NULL),
    vocabulary_version  integer NOT NULL,
    version             bigint NOT NULL,
    changed_at          timestamptz NOT NULL,
    PRIMARY KEY (creator, owner, video, purpose, requester)
);

CREATE TABLE consent.video (
    owner          text COLLATE "C" NOT NULL,
    video          text COLLATE "C" NOT NULL,
    published_at   timestamptz,
    co_creators    text[] COLLATE "C" NOT NULL,
    depicted       text[] COLLATE "C" NOT NULL,
    source_owners  text[] COLLATE "C" NOT NULL,
    source_videos  text[] COLLATE "C" NOT NULL CHECK (cardinality(source_videos) = cardinality(source_owners)),
    PRIMARY KEY (owner, video)
);
-- In which videos a creator appears. Most videos have no participant and stay out of it.
CREATE INDEX video_participant ON consent.video USING gin ((co_creators || depicted)) WHERE cardinality(co_creators || depicted) > 0;

-- place: the order of registration, which is the compact index of a purpose.
CREATE TABLE consent.purpose (
    purpose        text COLLATE "C" PRIMARY KEY,
    place          smallint NOT NULL UNIQUE CHECK (place BETWEEN 0 AND 255),
    uses_likeness  boolean NOT NULL,
    description    text NOT NULL,
    introduced_in  integer NOT NULL
);

-- Events that are committed and not yet in the log, with the bytes that the log will hash and serve.
CREATE TABLE consent.inbox (
    creator   text COLLATE "C" NOT NULL,
    version   bigint NOT NULL,
    ordinal   integer NOT NULL,
    count     integer NOT NULL CHECK (ordinal BETWEEN 1 AND count),
    event_id  uuid NOT NULL,
    type      text NOT NULL,
    tx        bigint NOT NULL,
    leaf      bytea NOT NULL,
    body      bytea NOT NULL,
    salt      bytea NOT NULL CHECK (octet_length(salt) = 32),
    PRIMARY KEY (creator, version, ordinal)
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
COMMENT ON COLUMN consent.inbox.tx IS 'Microseconds since 1970.';

-- The answer to a change that carried an Idempotency-Key. status is null only inside the transaction that answers.
CREATE TABLE consent.idempotency_key (
    caller       text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    created_at   timestamptz NOT NULL,
    fingerprint  bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    status       integer,
    etag         text,
    body         bytea,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_key_age ON consent.idempotency_key (created_at);
