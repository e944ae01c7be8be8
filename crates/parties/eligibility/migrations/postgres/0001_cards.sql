-- Data keys of the party's one partition, wrapped by its master key. Every sealed row names its version, so the
-- database itself refuses to destroy a key that a row is still left under.
CREATE TABLE data_key (
    key_version BIGINT NOT NULL PRIMARY KEY,
    state       BIGINT NOT NULL,
    wrapped     BYTEA  NOT NULL
);

-- Keys of blind indexes. They do not rotate in place.
CREATE TABLE index_key (
    purpose TEXT  NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL
);

-- A person as the OQS knows them: by linking number. insurance: 1 valid, 2 invalid, 3 not insured.
CREATE TABLE holder (
    linking_tag      BYTEA  NOT NULL PRIMARY KEY,
    linking_number   BYTEA  NOT NULL,
    portal_pseudonym BYTEA  NOT NULL,
    insurance        BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    key_version      BIGINT NOT NULL REFERENCES data_key (key_version)
);

-- state: 1 active, 2 stopped.
CREATE TABLE card (
    serial_tag  BYTEA  NOT NULL PRIMARY KEY,
    linking_tag BYTEA  NOT NULL REFERENCES holder (linking_tag),
    card_serial BYTEA  NOT NULL,
    state       BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    key_version BIGINT NOT NULL REFERENCES data_key (key_version)
);
CREATE INDEX card_by_holder ON card (linking_tag);

-- PMH-IDs as they arrive from the intermediate server. Deliberately no foreign key to holder: a linking whose
-- holder is not enrolled yet waits here. due counts what the portal has to be told, introduced what it acknowledged.
CREATE TABLE linking (
    linking_tag BYTEA  NOT NULL PRIMARY KEY,
    pmh_id      BYTEA  NOT NULL,
    version     BIGINT NOT NULL,
    key_version BIGINT NOT NULL REFERENCES data_key (key_version),
    due         BIGINT NOT NULL,
    introduced  BIGINT NOT NULL
);
-- The outbox to the portal: what is due and not acknowledged, joined with holder.
CREATE INDEX linking_not_introduced ON linking (linking_tag) WHERE introduced < due;
