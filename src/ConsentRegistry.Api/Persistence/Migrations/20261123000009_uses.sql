-- What uses are looked for by, beside the creator whom they concern; and the decision that a use relied on.

ALTER TABLE consent.used_video
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN receipt boolean,
    ADD CHECK ((decided_at IS NULL) = (receipt IS NULL));
COMMENT ON COLUMN consent.used_video.receipt IS 'Whether a receipt shows the decision; if not, it is the requester''s word.';

-- What a use says of a video, once more for each creator, so that one index finds what a creator asks for. A use never changes.
ALTER TABLE consent.use_concern
    ADD COLUMN owner text COLLATE "C",
    ADD COLUMN video text COLLATE "C",
    ADD COLUMN purpose text COLLATE "C",
    ADD COLUMN requester text COLLATE "C",
    ADD COLUMN status text,
    ADD COLUMN recorded_at timestamptz;
UPDATE consent.use_concern c SET owner = v.owner, video = v.video, purpose = u.purpose, requester = u.requester, status = v.status, recorded_at = u.recorded_at
    FROM consent.usage u JOIN consent.used_video v ON v.usage = u.id WHERE u.id = c.usage AND v.place = c.place;
ALTER TABLE consent.use_concern
    ALTER COLUMN owner SET NOT NULL,
    ALTER COLUMN video SET NOT NULL,
    ALTER COLUMN purpose SET NOT NULL,
    ALTER COLUMN requester SET NOT NULL,
    ALTER COLUMN status SET NOT NULL,
    ALTER COLUMN recorded_at SET NOT NULL;
CREATE INDEX use_concern_video ON consent.use_concern (creator, owner, video, usage, place);
CREATE INDEX use_concern_purpose ON consent.use_concern (creator, purpose, usage, place);
CREATE INDEX use_concern_requester ON consent.use_concern (creator, requester, usage, place);
