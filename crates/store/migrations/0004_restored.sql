-- What everything began anew under when a backup was restored: tokens of lower epochs are over, also those of apps, teams and
-- accounts that the backup does not have. What is created later begins with the highest of these epochs.

CREATE TABLE restored (
    epoch INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    taken BIGINT -- when the backup was, as far as it is known
);
