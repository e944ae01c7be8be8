CREATE TABLE municipality (
    municipality_code TEXT NOT NULL PRIMARY KEY,
    name              TEXT NOT NULL
) STRICT;

CREATE TABLE data_key (
    municipality_code TEXT    NOT NULL REFERENCES municipality (municipality_code),
    key_version       INTEGER NOT NULL,
    wrapped           BLOB    NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
) STRICT;

-- One file on its way to the hub. state: 0 pending, 1 sent, 2 done, 3 refused.
CREATE TABLE submission (
    municipality_code TEXT    NOT NULL REFERENCES municipality (municipality_code),
    submission        INTEGER NOT NULL,
    file_name         TEXT    NOT NULL,
    state             INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3)),
    task_id           TEXT,
    outcome           TEXT,
    PRIMARY KEY (municipality_code, submission),
    CHECK (state <> 1 OR task_id IS NOT NULL)
) STRICT;

-- Its records, sealed in chunks so that neither a row nor the memory of a submission grows with the file.
-- Deleted when the hub has finished the task.
CREATE TABLE submission_chunk (
    municipality_code TEXT    NOT NULL,
    submission        INTEGER NOT NULL,
    chunk             INTEGER NOT NULL,
    records           BLOB    NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, submission, chunk),
    FOREIGN KEY (municipality_code, submission) REFERENCES submission (municipality_code, submission),
    FOREIGN KEY (municipality_code, key_version) REFERENCES data_key (municipality_code, key_version)
) STRICT;
