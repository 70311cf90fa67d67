-- How many creators a request asks. The parts of those who are erased go; without them it is not approved, whatever the others answered.
ALTER TABLE consent.approval_request ADD COLUMN asked integer CHECK (asked > 0);
UPDATE consent.approval_request r SET asked = greatest((SELECT count(*) FROM consent.approval_part p WHERE p.request = r.id), 1);
ALTER TABLE consent.approval_request ALTER COLUMN asked SET NOT NULL;
