-- The rows of the one file that is being applied, by a tag of person, program, certificate type and history key under
-- the municipality's blind index: a row that stands twice is found across chunks. They go when the file is done.
CREATE TABLE registration_row (
    municipality_code TEXT   NOT NULL,
    task              BLOB   NOT NULL,
    row_tag           BLOB   NOT NULL,
    PRIMARY KEY (municipality_code, task, row_tag)
) STRICT, WITHOUT ROWID;
