-- Asking for approval, and what creators approved.

-- What a requester asked for. until: for how long they want it; expires_at: until when the creators can answer.
CREATE TABLE consent.approval_request (
    id          uuid PRIMARY KEY,
    requester   text COLLATE "C" NOT NULL,
    owner       text COLLATE "C" NOT NULL,
    video       text COLLATE "C" NOT NULL,
    purpose     text COLLATE "C" NOT NULL,
    use         text NOT NULL,
    until       timestamptz,
    uses        integer CHECK (uses > 0),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX approval_request_requester ON consent.approval_request (requester, id);

-- Each concerned creator's part in it: about which videos they are asked, and what became of it.
CREATE TABLE consent.approval_part (
    creator     text COLLATE "C" NOT NULL,
    request     uuid NOT NULL REFERENCES consent.approval_request (id) ON DELETE CASCADE,
    owners      text[] COLLATE "C" NOT NULL,
    videos      text[] COLLATE "C" NOT NULL CHECK (cardinality(videos) = cardinality(owners) AND cardinality(videos) > 0),
    state       text NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'withdrawn')),
    reason      text,
    version     bigint NOT NULL,
    changed_at  timestamptz NOT NULL,
    warned      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (creator, request)
);
COMMENT ON COLUMN consent.approval_part.warned IS 'Whether the creator was told that it is about to expire.';
CREATE INDEX approval_part_request ON consent.approval_part (request);
CREATE INDEX approval_part_unwarned ON consent.approval_part (request) WHERE state = 'open' AND NOT warned;
CREATE INDEX approval_request_end ON consent.approval_request (expires_at);
CREATE INDEX approval_part_open ON consent.approval_part (creator, request) WHERE state = 'open';

-- Grants. owner, video: about which the creator decides; used_owner, used_video: in which alone it may be used. used counts uses up to uses.
CREATE TABLE consent.consent_grant (
    id                  uuid PRIMARY KEY,
    request             uuid NOT NULL,
    creator             text COLLATE "C" NOT NULL,
    owner               text COLLATE "C" NOT NULL,
    video               text COLLATE "C" NOT NULL,
    used_owner          text COLLATE "C" NOT NULL,
    used_video          text COLLATE "C" NOT NULL,
    requester           text COLLATE "C" NOT NULL,
    purpose             text COLLATE "C" NOT NULL,
    conditions          text[] NOT NULL,
    vocabulary_version  integer NOT NULL,
    expires_at          timestamptz,
    uses                integer CHECK (uses > 0),
    used                integer NOT NULL DEFAULT 0 CHECK (used >= 0 AND (uses IS NULL OR used <= uses)),
    state               text NOT NULL CHECK (state IN ('standing', 'spent', 'revoked')),
    version             bigint NOT NULL,
    changed_at          timestamptz NOT NULL
);
CREATE INDEX consent_grant_creator ON consent.consent_grant (creator, id);
CREATE INDEX consent_grant_standing ON consent.consent_grant (creator, owner, video, requester) WHERE state = 'standing';
CREATE INDEX consent_grant_request ON consent.consent_grant (request);
CREATE INDEX consent_grant_spent ON consent.consent_grant (used_owner, used_video, requester) WHERE state = 'spent';
CREATE INDEX consent_grant_expiry ON consent.consent_grant (expires_at) WHERE state = 'standing' AND expires_at IS NOT NULL;

-- Requesters whom a creator keeps from asking.
CREATE TABLE consent.asking_block (
    creator     text COLLATE "C" NOT NULL,
    requester   text COLLATE "C" NOT NULL,
    version     bigint NOT NULL,
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (creator, requester)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON consent.approval_request, consent.approval_part, consent.consent_grant, consent.asking_block TO consent_application;
GRANT SELECT ON consent.approval_request, consent.approval_part, consent.consent_grant, consent.asking_block TO consent_auditor;
