-- Which history the server tells. A promoted standby and a restored copy tell another one, though both may have the same timeline number as a
-- server that was promoted before. The first node that finds the row to be of another server or timeline writes a new random id.
CREATE TABLE consent.incarnation (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    id        uuid NOT NULL,
    system    text COLLATE "C" NOT NULL,
    timeline  text COLLATE "C" NOT NULL
);
INSERT INTO consent.incarnation (id, system, timeline) VALUES (gen_random_uuid(), '', '');
GRANT SELECT, UPDATE ON consent.incarnation TO consent_application;
GRANT SELECT ON consent.incarnation TO consent_auditor;
