-- The certificates that the rows of the one file that is being applied were about, so that a row that stands twice is
-- found across chunks. They go when the file is done.
CREATE TABLE registration_row (
    municipality_code TEXT   NOT NULL,
    task              BLOB   NOT NULL,
    person            INTEGER NOT NULL,
    certificate       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, person, certificate, task)
) STRICT, WITHOUT ROWID;
