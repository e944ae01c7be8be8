CREATE TABLE municipality (
    municipality_code TEXT NOT NULL PRIMARY KEY,
    name              TEXT NOT NULL
);

CREATE TABLE data_key (
    municipality_code TEXT   NOT NULL REFERENCES municipality (municipality_code),
    key_version       BIGINT NOT NULL,
    wrapped           BYTEA  NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
);

-- One file on its way to the hub. state: 0 pending, 1 sent, 2 done, 3 refused.
CREATE TABLE submission (
    municipality_code TEXT   NOT NULL REFERENCES municipality (municipality_code),
    submission        BIGINT NOT NULL,
    file_name         TEXT   NOT NULL,
    state             BIGINT NOT NULL CHECK (state IN (0, 1, 2, 3)),
    task_id           TEXT,
    outcome           TEXT,
    PRIMARY KEY (municipality_code, submission),
    CHECK (state <> 1 OR task_id IS NOT NULL)
);

-- Its records, sealed in chunks so that neither a row nor the memory of a submission grows with the file.
-- Deleted when the hub has finished the task.
CREATE TABLE submission_chunk (
    municipality_code TEXT   NOT NULL,
    submission        BIGINT NOT NULL,
    chunk             BIGINT NOT NULL,
    records           BYTEA  NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, submission, chunk),
    FOREIGN KEY (municipality_code, submission) REFERENCES submission (municipality_code, submission),
    FOREIGN KEY (municipality_code, key_version) REFERENCES data_key (municipality_code, key_version)
);
