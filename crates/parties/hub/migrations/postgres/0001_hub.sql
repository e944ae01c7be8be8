-- Municipalities on the hub. Not partitioned: codes and names are public.
CREATE TABLE municipality (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    name              TEXT   NOT NULL,
    token_hash        BYTEA  NOT NULL
);

-- Keys. One ring per partition and area, each key wrapped by the master key.
CREATE TABLE identity_key (
    municipality_code TEXT   NOT NULL,
    key_version       BIGINT NOT NULL,
    wrapped           BYTEA  NOT NULL,
    state             BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
);
CREATE TABLE identity_index_key (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    wrapped           BYTEA  NOT NULL
);
CREATE TABLE subsidy_key (
    municipality_code TEXT   NOT NULL,
    key_version       BIGINT NOT NULL,
    wrapped           BYTEA  NOT NULL,
    state             BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
);
CREATE TABLE routing_key (
    id                BIGINT NOT NULL PRIMARY KEY,
    wrapped           BYTEA  NOT NULL
);

-- Identity area.
CREATE TABLE partition_counter (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    next_person       BIGINT NOT NULL
);
CREATE TABLE person (
    municipality_code TEXT   NOT NULL,
    person            BIGINT NOT NULL,
    number_tag        BYTEA  NOT NULL,
    identity          BYTEA  NOT NULL,
    pmh_id            BYTEA,
    numbering         BIGINT NOT NULL,
    awaiting          BIGINT NOT NULL,
    task              BYTEA  NOT NULL,
    version           BIGINT NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, person),
    UNIQUE (municipality_code, number_tag),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
);
CREATE INDEX person_awaiting ON person (municipality_code, person) WHERE awaiting = 1;

-- Subsidy area.
CREATE TABLE certificate (
    municipality_code TEXT   NOT NULL,
    person            BIGINT NOT NULL,
    certificate       BIGINT NOT NULL,
    sealed            BYTEA  NOT NULL,
    version           BIGINT NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, person, certificate),
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
);
CREATE TABLE answer (
    municipality_code TEXT   NOT NULL,
    person            BIGINT NOT NULL,
    sealed            BYTEA  NOT NULL,
    version           BIGINT NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, person),
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
);

-- From a pseudonymous person to the partitions that hold records.
CREATE TABLE route (
    pmh_tag           BYTEA  NOT NULL,
    municipality_code TEXT   NOT NULL,
    person            BIGINT NOT NULL,
    mac               BYTEA  NOT NULL,
    PRIMARY KEY (pmh_tag, municipality_code, person)
);
CREATE INDEX route_of_person ON route (municipality_code, person);
CREATE TABLE binding (
    pseudonym_tag     BYTEA  NOT NULL PRIMARY KEY,
    pmh_tag           BYTEA  NOT NULL UNIQUE,
    mac               BYTEA  NOT NULL,
    bound_ms          BIGINT NOT NULL
);

-- Linkage keys: epochs and what was used.
CREATE TABLE epoch_counter (
    id                BIGINT NOT NULL PRIMARY KEY,
    last_epoch        BIGINT NOT NULL
);
CREATE TABLE epoch (
    epoch             BIGINT NOT NULL PRIMARY KEY,
    owner             TEXT   NOT NULL,
    municipality_code TEXT   NOT NULL,
    sealed            BYTEA  NOT NULL,
    key_version       BIGINT NOT NULL,
    opened_ms         BIGINT NOT NULL,
    refuse_before_ms  BIGINT NOT NULL,
    refuse_after_ms   BIGINT NOT NULL,
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
);
CREATE TABLE used_key (
    epoch             BIGINT NOT NULL,
    minted_ms         BIGINT NOT NULL,
    jti               BYTEA  NOT NULL,
    PRIMARY KEY (epoch, minted_ms, jti)
);

-- Registration: what was acknowledged and is not yet final.
CREATE TABLE registration_task (
    municipality_code TEXT   NOT NULL,
    task              BYTEA  NOT NULL,
    status            BIGINT NOT NULL,
    accepted_order    BIGINT NOT NULL,
    content_tag       BYTEA  NOT NULL,
    file_name         BYTEA,
    csv_encoding      TEXT,
    accepted_ms       BIGINT NOT NULL,
    chunks            BIGINT NOT NULL,
    next_chunk        BIGINT NOT NULL,
    received          BIGINT NOT NULL,
    registered        BIGINT NOT NULL,
    updated           BIGINT NOT NULL,
    unchanged         BIGINT NOT NULL,
    deleted           BIGINT NOT NULL,
    rejected          BIGINT NOT NULL,
    asked             BIGINT NOT NULL,
    numbered          BIGINT NOT NULL,
    mismatched        BIGINT NOT NULL,
    not_found         BIGINT NOT NULL,
    superseded        BIGINT NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, task),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
);
CREATE INDEX registration_task_order ON registration_task (municipality_code, accepted_order);
CREATE TABLE registration_chunk (
    municipality_code TEXT   NOT NULL,
    task              BYTEA  NOT NULL,
    chunk             BIGINT NOT NULL,
    sealed            BYTEA  NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, task, chunk),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
);
CREATE TABLE registration_result (
    municipality_code TEXT   NOT NULL,
    task              BYTEA  NOT NULL,
    chunk             BIGINT NOT NULL,
    last_line         BIGINT NOT NULL,
    sealed            BYTEA  NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, task, chunk),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
);

-- Audit lanes: one row per batch of acts; the sealed entries stand beside the leaves.
CREATE TABLE audit (
    lane              BYTEA  NOT NULL,
    sequence          BIGINT NOT NULL,
    virtual_ms        BIGINT NOT NULL,
    real_ms           BIGINT NOT NULL,
    leaves            BYTEA  NOT NULL,
    entries           BYTEA  NOT NULL,
    previous          BYTEA  NOT NULL,
    hash              BYTEA  NOT NULL,
    PRIMARY KEY (lane, sequence)
);
CREATE TABLE checkpoint (
    lane              BYTEA  NOT NULL PRIMARY KEY,
    sequence          BIGINT NOT NULL,
    hash              BYTEA  NOT NULL,
    at_ms             BIGINT NOT NULL,
    signature         BYTEA  NOT NULL
);

-- Row-level security: the desk sees the rows of the municipality that its transaction names; the query
-- role has no policy here but `true` on what it may read, and no grant on anything of the identity area.
-- The owner is bound too (FORCE), and has no policy: it sees no row.
ALTER TABLE identity_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity_key FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON identity_key TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE identity_index_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity_index_key FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON identity_index_key TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE partition_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE partition_counter FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON partition_counter TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON person TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE certificate ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificate FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON certificate TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE answer FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON answer TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE route ENABLE ROW LEVEL SECURITY;
ALTER TABLE route FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON route TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE registration_task ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_task FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON registration_task TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE registration_chunk ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_chunk FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON registration_chunk TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE registration_result ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_result FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON registration_result TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
CREATE POLICY query ON route FOR SELECT TO {query} USING (true);
CREATE POLICY query ON answer FOR SELECT TO {query} USING (true);
