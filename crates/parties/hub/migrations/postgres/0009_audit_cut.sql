-- Where a lane was cut because its rows were too old (002:285): the last row that is gone, signed.
CREATE TABLE audit_cut (
    lane              BYTEA  NOT NULL,
    sequence          BIGINT NOT NULL,
    hash              BYTEA  NOT NULL,
    at_ms             BIGINT NOT NULL,
    signature         BYTEA  NOT NULL,
    PRIMARY KEY (lane, sequence)
);

-- No role of a door takes away what no cut has signed. The owner sees all: against it stand
-- witnesses, not policies.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON audit TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY desk ON audit FOR SELECT TO {desk} USING (true);
CREATE POLICY desk_adds ON audit FOR INSERT TO {desk} WITH CHECK (true);
CREATE POLICY desk_deletes_what_was_cut ON audit FOR DELETE TO {desk}
    USING (EXISTS (SELECT 1 FROM audit_cut
                   WHERE audit_cut.lane = audit.lane AND audit_cut.sequence >= audit.sequence));
CREATE POLICY query ON audit FOR SELECT TO {query} USING (true);
CREATE POLICY query_adds ON audit FOR INSERT TO {query} WITH CHECK (true);
