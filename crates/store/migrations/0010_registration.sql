-- Whether it is known that an account's e-mail is its person's. Those from before were made by administrators, who know.

ALTER TABLE accounts ADD COLUMN confirmed BIGINT NOT NULL DEFAULT 1;
CREATE INDEX accounts_unconfirmed ON accounts (id) WHERE confirmed = 0;

-- For the list that a person sees of their own, and to end the others.
CREATE INDEX sessions_account ON sessions (account_id, id);
