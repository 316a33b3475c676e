-- What a session's browser is, in the words that its person sees: "Firefox on Linux". NULL: not known.

ALTER TABLE sessions ADD COLUMN browser TEXT;
