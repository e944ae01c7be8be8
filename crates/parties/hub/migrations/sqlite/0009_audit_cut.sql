-- Where a lane was cut because its rows were too old (002:285): the last row that is gone, signed.
CREATE TABLE audit_cut (
    lane              BLOB   NOT NULL,
    sequence          INTEGER NOT NULL,
    hash              BLOB   NOT NULL,
    at_ms             INTEGER NOT NULL,
    signature         BLOB   NOT NULL,
    PRIMARY KEY (lane, sequence)
) STRICT;
