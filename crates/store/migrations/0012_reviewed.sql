-- The name an app had when it was approved, for the team that had it then: with another it is not reviewed. NULL: never, or for another team.

ALTER TABLE apps ADD COLUMN reviewed_name TEXT;
UPDATE apps SET reviewed_name = name WHERE stage = 'approved' OR (stage = 'suspended' AND stage_before = 'approved');
