-- Sessions of people who are signed in, and the keys that protect them. Statements that can be run again.
CREATE SCHEMA IF NOT EXISTS console;

CREATE TABLE IF NOT EXISTS console.session (
    -- SHA-256 of what the cookie holds: who reads the table can use no session.
    id bytea PRIMARY KEY,
    -- The ticket with its tokens, encrypted with a key of the table below.
    ticket bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS session_expires_at ON console.session (expires_at);

CREATE TABLE IF NOT EXISTS console.data_protection_key (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    friendly_name text,
    xml text
);
