-- Who was erased, by the partition's own count, which is never given twice and leads to nobody: a restored backup may
-- hold the person still. With a whole partition its record in `erasure` says it.
CREATE TABLE erased (
    municipality_code TEXT   NOT NULL,
    person            BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, person)
);
ALTER TABLE erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON erased TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
