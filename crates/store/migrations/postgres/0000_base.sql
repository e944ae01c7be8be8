-- What every party keeps beside its own tables.
CREATE TABLE clock_state (
    clock      BIGINT NOT NULL PRIMARY KEY CHECK (clock = 1),
    virtual_ms BIGINT NOT NULL,
    real_ms    BIGINT NOT NULL,
    frozen     BIGINT NOT NULL
);
CREATE TABLE setting (
    name  TEXT  NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);
