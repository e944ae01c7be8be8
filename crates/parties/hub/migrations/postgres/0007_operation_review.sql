-- Who went through the operation log, up to when, and what came of it (001:314). Account 0: nobody yet, the time is
-- that at which the municipality got its accounts.
CREATE TABLE operation_review (
    municipality_code TEXT   NOT NULL,
    review            BIGINT NOT NULL,
    account           BIGINT NOT NULL,
    until_ms          BIGINT NOT NULL,
    reviewed_ms       BIGINT NOT NULL,
    finding           TEXT   NOT NULL,
    PRIMARY KEY (municipality_code, review)
);
ALTER TABLE operation_review ENABLE ROW LEVEL SECURITY;
ALTER TABLE operation_review FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON operation_review TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
