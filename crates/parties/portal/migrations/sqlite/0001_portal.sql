-- The wrapped keys of the portal. A sealed row names its key version, so the database itself refuses to
-- destroy a version that a row still needs.
CREATE TABLE data_key (
    key_version INTEGER NOT NULL PRIMARY KEY,
    wrapped     BLOB    NOT NULL
) STRICT;

CREATE TABLE index_key (
    purpose TEXT NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

-- Card serial and portal pseudonym stand here as keyed tags only: the portal compares them, it never has to
-- read them back. A renewed card replaces card_tag in the same row.
CREATE TABLE account (
    portal_tag BLOB    NOT NULL PRIMARY KEY,
    card_tag   BLOB    NOT NULL UNIQUE,
    pin_salt   BLOB    NOT NULL,
    pin_hash   BLOB    NOT NULL,
    wrong_pins INTEGER NOT NULL
) STRICT;

-- A PMH-ID that waits for the hub's acknowledgement (001:544): the row is deleted with it. No reference to
-- account: an introduction may come before the enrolment.
CREATE TABLE introduction (
    portal_tag  BLOB    NOT NULL PRIMARY KEY,
    pmh_id      BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    key_version INTEGER NOT NULL REFERENCES data_key (key_version)
) STRICT;

-- The PMH pseudonym, made once per person and never rewritten. bound: 1 when the hub has acknowledged.
CREATE TABLE pseudonym (
    portal_tag    BLOB    NOT NULL PRIMARY KEY,
    pmh_pseudonym BLOB    NOT NULL,
    key_version   INTEGER NOT NULL REFERENCES data_key (key_version),
    bound         INTEGER NOT NULL CHECK (bound IN (0, 1))
) STRICT;

CREATE TABLE session (
    session_tag BLOB    NOT NULL PRIMARY KEY,
    portal_tag  BLOB    NOT NULL REFERENCES account (portal_tag),
    began_ms    INTEGER NOT NULL,
    ends_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_end ON session (ends_ms);
CREATE INDEX session_by_person ON session (portal_tag);
