-- Erasure: a request, who carries it out, and the record that stays. `pending` is sealed and holds whom it concerns,
-- who asked and under which document; it is NULL as soon as the erasure is done or has lapsed. What stays is
-- kind, way, reason, times and counts.
-- scope: 1 person, 2 partition, 3 retention. status: 1 requested, 2 erased, 3 lapsed. way: 1 municipality,
-- 2 operator, 3 retention.
CREATE TABLE erasure (
    municipality_code TEXT   NOT NULL,
    erasure           BLOB  NOT NULL,
    scope             INTEGER NOT NULL,
    status            INTEGER NOT NULL,
    way               INTEGER,
    reason            TEXT   NOT NULL,
    requested_ms      INTEGER NOT NULL,
    done_ms           INTEGER,
    pending           BLOB,
    key_version       INTEGER,
    PRIMARY KEY (municipality_code, erasure),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
) STRICT;
CREATE INDEX erasure_order ON erasure (municipality_code, requested_ms);
-- form: 1 physical, 2 redacted.
CREATE TABLE erasure_count (
    municipality_code TEXT   NOT NULL,
    erasure           BLOB  NOT NULL,
    table_name        TEXT   NOT NULL,
    form              INTEGER NOT NULL,
    row_count         INTEGER NOT NULL,
    logically_deleted INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, erasure, table_name)
) STRICT;

-- A route that numbering took away while its person stayed registered: a correction brings it back, an erasure
-- of the person needs its tag.
CREATE TABLE unrouted (
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    pmh_tag           BLOB  NOT NULL,
    PRIMARY KEY (municipality_code, person, pmh_tag)
) STRICT;
-- Tags whose bindings have to be looked at after an erasure: the desk writes, the query role empties it.
CREATE TABLE unbinding (
    pmh_tag           BLOB  NOT NULL PRIMARY KEY
) STRICT;

-- When a deletion record took it away, in virtual time: what retention counts from.
ALTER TABLE certificate ADD COLUMN deleted_ms INTEGER;
CREATE INDEX certificate_deleted ON certificate (municipality_code, deleted_ms) WHERE deleted_ms IS NOT NULL;
-- When a finished task was first seen finished, and when its results were erased.
ALTER TABLE registration_task ADD COLUMN finished_ms INTEGER;
ALTER TABLE registration_task ADD COLUMN results_erased_ms INTEGER;
