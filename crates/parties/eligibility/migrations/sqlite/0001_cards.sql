-- Data keys of the party's one partition, wrapped by its master key. Every sealed row names its version, so the
-- database itself refuses to destroy a key that a row is still left under.
CREATE TABLE data_key (
    key_version INTEGER NOT NULL PRIMARY KEY,
    state       INTEGER NOT NULL,
    wrapped     BLOB    NOT NULL
) STRICT;

-- Keys of blind indexes. They do not rotate in place.
CREATE TABLE index_key (
    purpose TEXT NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

-- A person as the OQS knows them: by linking number. insurance: 1 valid, 2 invalid, 3 not insured.
CREATE TABLE holder (
    linking_tag      BLOB    NOT NULL PRIMARY KEY,
    linking_number   BLOB    NOT NULL,
    portal_pseudonym BLOB    NOT NULL,
    insurance        INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    key_version      INTEGER NOT NULL REFERENCES data_key (key_version)
) STRICT;

-- state: 1 active, 2 stopped.
CREATE TABLE card (
    serial_tag  BLOB    NOT NULL PRIMARY KEY,
    linking_tag BLOB    NOT NULL REFERENCES holder (linking_tag),
    card_serial BLOB    NOT NULL,
    state       INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    key_version INTEGER NOT NULL REFERENCES data_key (key_version)
) STRICT;
CREATE INDEX card_by_holder ON card (linking_tag);

-- PMH-IDs as they arrive from the intermediate server. Deliberately no foreign key to holder: a linking whose
-- holder is not enrolled yet waits here. due counts what the portal has to be told, introduced what it acknowledged.
CREATE TABLE linking (
    linking_tag BLOB    NOT NULL PRIMARY KEY,
    pmh_id      BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    key_version INTEGER NOT NULL REFERENCES data_key (key_version),
    due         INTEGER NOT NULL,
    introduced  INTEGER NOT NULL
) STRICT;
-- The outbox to the portal: what is due and not acknowledged, joined with holder.
CREATE INDEX linking_not_introduced ON linking (linking_tag) WHERE introduced < due;
