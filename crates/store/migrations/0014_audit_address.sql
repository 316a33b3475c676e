-- The network address that a line of the audit log came from, where it came by a page or over the network.

ALTER TABLE audit ADD COLUMN address TEXT;
