-- The certificates that the rows of the one file that is being applied were about, so that a row that stands twice is
-- found across chunks. They go when the file is done.
CREATE TABLE registration_row (
    municipality_code TEXT   NOT NULL,
    task              BYTEA  NOT NULL,
    person            BIGINT NOT NULL,
    certificate       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, person, certificate, task)
);
ALTER TABLE registration_row ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_row FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON registration_row TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
