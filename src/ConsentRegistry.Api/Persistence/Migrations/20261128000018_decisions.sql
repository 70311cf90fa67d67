-- The id of the decision that a use relied on, where it is known. It stands beside the record: no event has it.
ALTER TABLE consent.used_video ADD COLUMN decision uuid;
