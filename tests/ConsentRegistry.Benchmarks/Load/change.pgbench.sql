-- The least that a change has to do: raise the creator's version under its lock, and put one event with it. On copies, so that nobody follows it.
\set n random(1, :creators)
BEGIN;
UPDATE bench.creator SET version = version + 1, changed_at = clock_timestamp(), changed_xid = pg_current_xact_id()
WHERE id = 'c' || lpad(:n::text, 7, '0') RETURNING version AS raised \gset
INSERT INTO bench.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac)
VALUES ('c' || lpad(:n::text, 7, '0'), :raised, 1, 1, gen_random_uuid(), 'overrideSet', 0,
    decode(repeat('ab', 250), 'hex'), decode(repeat('cd', 700), 'hex'), decode(repeat('ef', 32), 'hex'),
    'AAAAAAAAAAA', decode(repeat('ab', 32), 'hex'));
COMMIT;
