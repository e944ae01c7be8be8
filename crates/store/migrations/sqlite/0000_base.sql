-- What every party keeps beside its own tables.
CREATE TABLE clock_state (
    clock      INTEGER NOT NULL PRIMARY KEY CHECK (clock = 1),
    virtual_ms INTEGER NOT NULL,
    real_ms    INTEGER NOT NULL,
    frozen     INTEGER NOT NULL
) STRICT;
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
