-- What a replayed answer is compared with: the records that it speaks of, each as "type stream key version", and '-' for one that was not set.
ALTER TABLE consent.idempotency_key ADD COLUMN records text[] NOT NULL DEFAULT '{}';

-- The version of its owner's stream that last altered what is registered about a video; null where that was before this column.
ALTER TABLE consent.video ADD COLUMN version bigint;
