-- Municipalities on the hub. Not partitioned: codes and names are public.
CREATE TABLE municipality (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    name              TEXT   NOT NULL,
    token_hash        BLOB   NOT NULL
) STRICT;

-- Keys. One ring per partition and area, each key wrapped by the master key.
CREATE TABLE identity_key (
    municipality_code TEXT   NOT NULL,
    key_version       INTEGER NOT NULL,
    wrapped           BLOB   NOT NULL,
    state             INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
) STRICT;
CREATE TABLE identity_index_key (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    wrapped           BLOB   NOT NULL
) STRICT;
CREATE TABLE subsidy_key (
    municipality_code TEXT   NOT NULL,
    key_version       INTEGER NOT NULL,
    wrapped           BLOB   NOT NULL,
    state             INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
) STRICT;
CREATE TABLE routing_key (
    id                INTEGER NOT NULL PRIMARY KEY,
    wrapped           BLOB   NOT NULL
) STRICT;

-- Identity area.
CREATE TABLE partition_counter (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    next_person       INTEGER NOT NULL
) STRICT;
CREATE TABLE person (
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    number_tag        BLOB   NOT NULL,
    identity          BLOB   NOT NULL,
    pmh_id            BLOB,
    numbering         INTEGER NOT NULL,
    awaiting          INTEGER NOT NULL,
    task              BLOB   NOT NULL,
    version           INTEGER NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, person),
    UNIQUE (municipality_code, number_tag),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
) STRICT;
CREATE INDEX person_awaiting ON person (municipality_code, person) WHERE awaiting = 1;

-- Subsidy area.
CREATE TABLE certificate (
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    certificate       INTEGER NOT NULL,
    sealed            BLOB   NOT NULL,
    version           INTEGER NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, person, certificate),
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
) STRICT;
CREATE TABLE answer (
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    sealed            BLOB   NOT NULL,
    version           INTEGER NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, person),
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
) STRICT;

-- From a pseudonymous person to the partitions that hold records.
CREATE TABLE route (
    pmh_tag           BLOB   NOT NULL,
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    mac               BLOB   NOT NULL,
    PRIMARY KEY (pmh_tag, municipality_code, person)
) STRICT;
CREATE INDEX route_of_person ON route (municipality_code, person);
CREATE TABLE binding (
    pseudonym_tag     BLOB   NOT NULL PRIMARY KEY,
    pmh_tag           BLOB   NOT NULL UNIQUE,
    mac               BLOB   NOT NULL,
    bound_ms          INTEGER NOT NULL
) STRICT;

-- Linkage keys: epochs and what was used.
CREATE TABLE epoch_counter (
    id                INTEGER NOT NULL PRIMARY KEY,
    last_epoch        INTEGER NOT NULL
) STRICT;
CREATE TABLE epoch (
    epoch             INTEGER NOT NULL PRIMARY KEY,
    owner             TEXT   NOT NULL,
    municipality_code TEXT   NOT NULL,
    sealed            BLOB   NOT NULL,
    key_version       INTEGER NOT NULL,
    opened_ms         INTEGER NOT NULL,
    refuse_before_ms  INTEGER NOT NULL,
    refuse_after_ms   INTEGER NOT NULL,
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
) STRICT;
CREATE TABLE used_key (
    epoch             INTEGER NOT NULL,
    minted_ms         INTEGER NOT NULL,
    jti               BLOB   NOT NULL,
    PRIMARY KEY (epoch, minted_ms, jti)
) STRICT;

-- Registration: what was acknowledged and is not yet final.
CREATE TABLE registration_task (
    municipality_code TEXT   NOT NULL,
    task              BLOB   NOT NULL,
    status            INTEGER NOT NULL,
    accepted_order    INTEGER NOT NULL,
    content_tag       BLOB   NOT NULL,
    file_name         BLOB,
    csv_encoding      TEXT,
    accepted_ms       INTEGER NOT NULL,
    chunks            INTEGER NOT NULL,
    next_chunk        INTEGER NOT NULL,
    received          INTEGER NOT NULL,
    registered        INTEGER NOT NULL,
    updated           INTEGER NOT NULL,
    unchanged         INTEGER NOT NULL,
    deleted           INTEGER NOT NULL,
    rejected          INTEGER NOT NULL,
    asked             INTEGER NOT NULL,
    numbered          INTEGER NOT NULL,
    mismatched        INTEGER NOT NULL,
    not_found         INTEGER NOT NULL,
    superseded        INTEGER NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, task),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
) STRICT;
CREATE INDEX registration_task_order ON registration_task (municipality_code, accepted_order);
CREATE TABLE registration_chunk (
    municipality_code TEXT   NOT NULL,
    task              BLOB   NOT NULL,
    chunk             INTEGER NOT NULL,
    sealed            BLOB   NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, task, chunk),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
) STRICT;
CREATE TABLE registration_result (
    municipality_code TEXT   NOT NULL,
    task              BLOB   NOT NULL,
    chunk             INTEGER NOT NULL,
    last_line         INTEGER NOT NULL,
    sealed            BLOB   NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, task, chunk),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
) STRICT;

-- Audit lanes: one row per batch of acts; the sealed entries stand beside the leaves.
CREATE TABLE audit (
    lane              BLOB   NOT NULL,
    sequence          INTEGER NOT NULL,
    virtual_ms        INTEGER NOT NULL,
    real_ms           INTEGER NOT NULL,
    leaves            BLOB   NOT NULL,
    entries           BLOB   NOT NULL,
    previous          BLOB   NOT NULL,
    hash              BLOB   NOT NULL,
    PRIMARY KEY (lane, sequence)
) STRICT;
CREATE TABLE checkpoint (
    lane              BLOB   NOT NULL PRIMARY KEY,
    sequence          INTEGER NOT NULL,
    hash              BLOB   NOT NULL,
    at_ms             INTEGER NOT NULL,
    signature         BLOB   NOT NULL
) STRICT;
