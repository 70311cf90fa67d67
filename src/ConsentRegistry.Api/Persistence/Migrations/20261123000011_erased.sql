-- What an erased creator's events said is not told any more from the moment the erasure commits; the sequencer deletes it when the erasure
-- has its place in the log, of which exports are copies. Said in each half of the view, so that a page of a long history is still read by its index.
CREATE INDEX creator_erased ON consent.creator (id) WHERE erased_at IS NOT NULL;

CREATE OR REPLACE VIEW consent.event AS
    SELECT seq, creator, version, ordinal, count, event_id, type, tx, leaf,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = history.creator AND erased_at IS NOT NULL) THEN body END AS body,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = history.creator AND erased_at IS NOT NULL) THEN salt END AS salt
    FROM consent.history
    UNION ALL
    SELECT NULL, creator, version, ordinal, count, event_id, type, tx, leaf,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = inbox.creator AND erased_at IS NOT NULL) THEN body END,
        CASE WHEN type = 'creatorErased' OR NOT EXISTS (SELECT FROM consent.creator WHERE id = inbox.creator AND erased_at IS NOT NULL) THEN salt END
    FROM consent.inbox;
