-- The wrapped keys of the portal. A sealed row names its key version, so the database itself refuses to
-- destroy a version that a row still needs.
CREATE TABLE data_key (
    key_version BIGINT NOT NULL PRIMARY KEY,
    wrapped     BYTEA  NOT NULL
);

CREATE TABLE index_key (
    purpose TEXT  NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL
);

-- Card serial and portal pseudonym stand here as keyed tags only: the portal compares them, it never has to
-- read them back. A renewed card replaces card_tag in the same row.
CREATE TABLE account (
    portal_tag BYTEA  NOT NULL PRIMARY KEY,
    card_tag   BYTEA  NOT NULL UNIQUE,
    pin_salt   BYTEA  NOT NULL,
    pin_hash   BYTEA  NOT NULL,
    wrong_pins BIGINT NOT NULL
);

-- A PMH-ID that waits for the hub's acknowledgement (001:544): the row is deleted with it. No reference to
-- account: an introduction may come before the enrolment.
CREATE TABLE introduction (
    portal_tag  BYTEA  NOT NULL PRIMARY KEY,
    pmh_id      BYTEA  NOT NULL,
    version     BIGINT NOT NULL,
    key_version BIGINT NOT NULL REFERENCES data_key (key_version)
);

-- The PMH pseudonym, made once per person and never rewritten. bound: 1 when the hub has acknowledged.
CREATE TABLE pseudonym (
    portal_tag    BYTEA  NOT NULL PRIMARY KEY,
    pmh_pseudonym BYTEA  NOT NULL,
    key_version   BIGINT NOT NULL REFERENCES data_key (key_version),
    bound         BIGINT NOT NULL CHECK (bound IN (0, 1))
);

CREATE TABLE session (
    session_tag BYTEA  NOT NULL PRIMARY KEY,
    portal_tag  BYTEA  NOT NULL REFERENCES account (portal_tag),
    began_ms    BIGINT NOT NULL,
    ends_ms     BIGINT NOT NULL
);
CREATE INDEX session_by_end ON session (ends_ms);
CREATE INDEX session_by_person ON session (portal_tag);
