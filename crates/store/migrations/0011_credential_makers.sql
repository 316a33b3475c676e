-- Who made a credential that administers: it ends with what they were given. Of those there are, the audit log knows.

ALTER TABLE admin_credentials ADD COLUMN made_by BIGINT REFERENCES accounts;
UPDATE admin_credentials SET made_by = (SELECT p.id FROM audit l JOIN accounts p ON p.email = l.actor
    WHERE l.subject = 'credential' AND l.subject_id = admin_credentials.id AND l.origin = 'dashboard');
-- Of those who were kept out before, none stays.
DELETE FROM admin_credentials WHERE made_by IN (SELECT id FROM accounts WHERE suspended = 1 OR administrator = 0);
CREATE INDEX admin_credentials_made_by ON admin_credentials (made_by);
