-- Recalls that hold each other up no more, and that everybody concerned sees.

-- The grants about a video that a requester may use, however they ended.
CREATE INDEX consent_grant_used ON consent.consent_grant (used_owner, used_video, requester);
DROP INDEX consent.consent_grant_spent;

-- Who used it, and for what: to find what somebody made of a video without reading what everybody did.
ALTER TABLE consent.used_video ADD COLUMN requester text COLLATE "C", ADD COLUMN purpose text COLLATE "C";
UPDATE consent.used_video v SET requester = u.requester, purpose = u.purpose FROM consent.usage u WHERE u.id = v.usage;
ALTER TABLE consent.used_video ALTER COLUMN requester SET NOT NULL, ALTER COLUMN purpose SET NOT NULL;
CREATE INDEX used_video_use ON consent.used_video (owner, video, requester, purpose, usage);
DROP INDEX consent.used_video_video;

-- Since when somebody relies is the time of their use, which is a little earlier than that of its being written down.
UPDATE consent.reliance SET since = since - interval '2 s';
UPDATE consent.recall SET since = since - interval '2 s';

-- Creators on whom others rely, and whose events may have withdrawn consent. The four last columns: up to whom everybody was made due.
CREATE TABLE consent.recall_due (
    creator    text COLLATE "C" PRIMARY KEY,
    served_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    owner      text COLLATE "C" NOT NULL DEFAULT '',
    video      text COLLATE "C" NOT NULL DEFAULT '',
    purpose    text COLLATE "C" NOT NULL DEFAULT '',
    requester  text COLLATE "C" NOT NULL DEFAULT ''
);

-- The reliances of a creator are read page by page in the order of the primary key, which no other index is to look fit for.
CREATE INDEX reliance_concern_of ON consent.reliance_concern (requester, video, owner, purpose);
DROP INDEX consent.reliance_concern_reliance;

-- Whom a recall concerns: everybody on whose word its requester relied.
CREATE TABLE consent.recall_concern (
    creator  text COLLATE "C" NOT NULL,
    recall   uuid NOT NULL REFERENCES consent.recall (id),
    PRIMARY KEY (creator, recall)
);
CREATE INDEX recall_concern_recall ON consent.recall_concern (recall);
INSERT INTO consent.recall_concern (creator, recall) SELECT owner, id FROM consent.recall UNION SELECT creator, id FROM consent.recall WHERE creator IS NOT NULL;
DROP INDEX consent.recall_creator;
DROP INDEX consent.recall_owner;

GRANT SELECT, INSERT, UPDATE, DELETE ON consent.recall_due, consent.recall_concern TO consent_application;
GRANT SELECT ON consent.recall_due, consent.recall_concern TO consent_auditor;
