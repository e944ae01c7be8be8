-- Erasure: a request, who carries it out, and the record that stays. `pending` is sealed and holds whom it concerns,
-- who asked and under which document; it is NULL as soon as the erasure is done or has lapsed. What stays is
-- kind, way, reason, times and counts.
-- scope: 1 person, 2 partition, 3 retention. status: 1 requested, 2 erased, 3 lapsed. way: 1 municipality,
-- 2 operator, 3 retention.
CREATE TABLE erasure (
    municipality_code TEXT   NOT NULL,
    erasure           BYTEA  NOT NULL,
    scope             BIGINT NOT NULL,
    status            BIGINT NOT NULL,
    way               BIGINT,
    reason            TEXT   NOT NULL,
    requested_ms      BIGINT NOT NULL,
    done_ms           BIGINT,
    pending           BYTEA,
    key_version       BIGINT,
    PRIMARY KEY (municipality_code, erasure),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
);
CREATE INDEX erasure_order ON erasure (municipality_code, requested_ms);
-- form: 1 physical, 2 redacted.
CREATE TABLE erasure_count (
    municipality_code TEXT   NOT NULL,
    erasure           BYTEA  NOT NULL,
    table_name        TEXT   NOT NULL,
    form              BIGINT NOT NULL,
    row_count         BIGINT NOT NULL,
    logically_deleted BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, erasure, table_name)
);

-- A route that numbering took away while its person stayed registered: a correction brings it back, an erasure
-- of the person needs its tag.
CREATE TABLE unrouted (
    municipality_code TEXT   NOT NULL,
    person            BIGINT NOT NULL,
    pmh_tag           BYTEA  NOT NULL,
    PRIMARY KEY (municipality_code, person, pmh_tag)
);
-- Tags whose bindings have to be looked at after an erasure: the desk writes, the query role empties it.
CREATE TABLE unbinding (
    pmh_tag           BYTEA  NOT NULL PRIMARY KEY
);

-- When a deletion record took it away, in virtual time: what retention counts from.
ALTER TABLE certificate ADD COLUMN deleted_ms BIGINT;
CREATE INDEX certificate_deleted ON certificate (municipality_code, deleted_ms) WHERE deleted_ms IS NOT NULL;
-- When a finished task was first seen finished, and when its results were erased.
ALTER TABLE registration_task ADD COLUMN finished_ms BIGINT;
ALTER TABLE registration_task ADD COLUMN results_erased_ms BIGINT;

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON erasure TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE erasure_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_count FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON erasure_count TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE unrouted ENABLE ROW LEVEL SECURITY;
ALTER TABLE unrouted FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON unrouted TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));

-- The portal door binds and reads; a binding goes only after an erasure, which the desk has named in unbinding.
ALTER TABLE binding ENABLE ROW LEVEL SECURITY;
ALTER TABLE binding FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON binding FOR SELECT TO {desk} USING (true);
CREATE POLICY query ON binding FOR SELECT TO {query} USING (true);
CREATE POLICY query_adds ON binding FOR INSERT TO {query} WITH CHECK (true);
CREATE POLICY query_deletes_what_was_erased ON binding FOR DELETE TO {query}
    USING (EXISTS (SELECT 1 FROM unbinding WHERE unbinding.pmh_tag = binding.pmh_tag));
