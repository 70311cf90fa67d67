-- What was used, by whom; who relies on consent; and who was told to stop.

-- A use never changes. Its record is in its requester's stream as well.
CREATE TABLE consent.usage (
    id            uuid PRIMARY KEY,
    requester     text COLLATE "C" NOT NULL,
    purpose       text COLLATE "C" NOT NULL,
    made_owner    text COLLATE "C",
    made_video    text COLLATE "C",
    training_run  text COLLATE "C",
    used_at       timestamptz NOT NULL,
    version       bigint NOT NULL,
    recorded_at   timestamptz NOT NULL,
    CHECK ((made_owner IS NULL) = (made_video IS NULL) AND (made_video IS NULL OR training_run IS NULL))
);
CREATE INDEX usage_requester ON consent.usage (requester, id);

-- The videos of a use, and which of them concern whom: owners, participants, and those of the sources.
CREATE TABLE consent.used_video (
    usage   uuid NOT NULL REFERENCES consent.usage (id),
    place   integer NOT NULL,
    owner   text COLLATE "C" NOT NULL,
    video   text COLLATE "C" NOT NULL,
    reason  text NOT NULL,
    status  text NOT NULL CHECK (status IN ('consented', 'unconsented')),
    spent   uuid[] NOT NULL,
    PRIMARY KEY (usage, place)
);
CREATE INDEX used_video_video ON consent.used_video (owner, video);
CREATE TABLE consent.use_concern (
    creator  text COLLATE "C" NOT NULL,
    usage    uuid NOT NULL REFERENCES consent.usage (id),
    place    integer NOT NULL,
    PRIMARY KEY (creator, usage, place)
);

-- Who used a video with consent, or took a receipt for it, and has not been told to stop since. check_at: when to look whether it still has
-- consent, whatever the log says: soon after the row was written, and when what it rests on expires.
CREATE TABLE consent.reliance (
    owner      text COLLATE "C" NOT NULL,
    video      text COLLATE "C" NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    requester  text COLLATE "C" NOT NULL,
    since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    check_at   timestamptz,
    PRIMARY KEY (owner, video, purpose, requester)
);
CREATE INDEX reliance_check ON consent.reliance (check_at) WHERE check_at IS NOT NULL;
CREATE TABLE consent.reliance_concern (
    creator    text COLLATE "C" NOT NULL,
    owner      text COLLATE "C" NOT NULL,
    video      text COLLATE "C" NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    requester  text COLLATE "C" NOT NULL,
    PRIMARY KEY (creator, owner, video, purpose, requester),
    FOREIGN KEY (owner, video, purpose, requester) REFERENCES consent.reliance ON DELETE CASCADE
);
CREATE INDEX reliance_concern_reliance ON consent.reliance_concern (owner, video, purpose, requester);

-- A recall tells a requester to stop. creator: whose word decided; its owner is concerned, too.
CREATE TABLE consent.recall (
    id          uuid PRIMARY KEY,
    requester   text COLLATE "C" NOT NULL,
    owner       text COLLATE "C" NOT NULL,
    video       text COLLATE "C" NOT NULL,
    purpose     text COLLATE "C" NOT NULL,
    creator     text COLLATE "C",
    reason      text NOT NULL,
    since       timestamptz NOT NULL,
    stop_by     timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('open', 'acknowledged', 'disputed')),
    statement   text,
    version     bigint NOT NULL,
    changed_at  timestamptz NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX recall_requester ON consent.recall (requester, id);
CREATE INDEX recall_creator ON consent.recall (creator, id);
CREATE INDEX recall_owner ON consent.recall (owner, id);

-- One row. How far the log has been read for consent that was withdrawn; whoever reads on holds it.
CREATE TABLE consent.recall_position (
    id   boolean PRIMARY KEY DEFAULT true CHECK (id),
    seq  bigint NOT NULL
);
INSERT INTO consent.recall_position (seq) VALUES (-1);

GRANT SELECT, INSERT ON consent.usage, consent.used_video TO consent_application;
GRANT SELECT, INSERT, DELETE ON consent.use_concern TO consent_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.reliance, consent.reliance_concern, consent.recall TO consent_application;
GRANT SELECT, UPDATE ON consent.recall_position TO consent_application;
GRANT SELECT ON consent.usage, consent.used_video, consent.use_concern, consent.reliance, consent.reliance_concern, consent.recall, consent.recall_position TO consent_auditor;
