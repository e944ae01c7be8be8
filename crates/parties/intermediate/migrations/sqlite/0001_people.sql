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

-- Numbers of persons. Whoever enrols takes this row's lock first: enrolments stand in one line.
CREATE TABLE person_counter (
    counter INTEGER NOT NULL PRIMARY KEY CHECK (counter = 1),
    last    INTEGER NOT NULL
) STRICT;
INSERT INTO person_counter (counter, last) VALUES (1, 0);

-- identity: the Individual Number and the basic five items; linking_number: what the OQS knows the person by.
CREATE TABLE person (
    person         INTEGER NOT NULL PRIMARY KEY,
    number_tag     BLOB    NOT NULL UNIQUE,
    linking_tag    BLOB    NOT NULL UNIQUE,
    identity       BLOB    NOT NULL,
    linking_number BLOB    NOT NULL,
    version        INTEGER NOT NULL,
    key_version    INTEGER NOT NULL REFERENCES data_key (key_version)
) STRICT;

-- The primary key is the promise that a person has one PMH-ID, also when two requests number them at once.
CREATE TABLE pmh_id (
    person      INTEGER NOT NULL PRIMARY KEY REFERENCES person (person),
    pmh_id      BLOB    NOT NULL,
    version     INTEGER NOT NULL,
    key_version INTEGER NOT NULL REFERENCES data_key (key_version)
) STRICT;

-- Persons whose (PMH-ID, linking number) the OQS has not acknowledged. Both never change once a person is
-- numbered, so they are not copied.
CREATE TABLE linking_outbox (
    person INTEGER NOT NULL PRIMARY KEY REFERENCES pmh_id (person)
) STRICT;
