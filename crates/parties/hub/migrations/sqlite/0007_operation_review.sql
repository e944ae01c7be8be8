-- Who went through the operation log, up to when, and what came of it (001:314). Account 0: nobody yet, the time is
-- that at which the municipality got its accounts.
CREATE TABLE operation_review (
    municipality_code TEXT   NOT NULL,
    review            INTEGER NOT NULL,
    account           INTEGER NOT NULL,
    until_ms          INTEGER NOT NULL,
    reviewed_ms       INTEGER NOT NULL,
    finding           TEXT   NOT NULL,
    PRIMARY KEY (municipality_code, review)
) STRICT;
