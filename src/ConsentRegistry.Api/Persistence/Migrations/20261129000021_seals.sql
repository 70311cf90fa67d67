-- The seal of a stream: the sum of the keyed hashes of its records, encrypted (XChaCha20-Poly1305: nonce, sum, tag), and bound to the stream's row.
-- The `migrate` command seals the streams of before, where the tables hold what the log says. Nothing is answered about a stream without one.
ALTER TABLE consent.creator
    ADD COLUMN seal_kid  text COLLATE "C",
    ADD COLUMN seal      bytea CHECK (octet_length(seal) = 72);
