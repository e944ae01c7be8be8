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

-- Numbers of persons. Whoever enrols takes this row's lock first: enrolments stand in one line.
CREATE TABLE person_counter (
    counter BIGINT NOT NULL PRIMARY KEY CHECK (counter = 1),
    last    BIGINT NOT NULL
);
INSERT INTO person_counter (counter, last) VALUES (1, 0);

-- identity: the Individual Number and the basic five items; linking_number: what the OQS knows the person by.
CREATE TABLE person (
    person         BIGINT NOT NULL PRIMARY KEY,
    number_tag     BYTEA  NOT NULL UNIQUE,
    linking_tag    BYTEA  NOT NULL UNIQUE,
    identity       BYTEA  NOT NULL,
    linking_number BYTEA  NOT NULL,
    version        BIGINT NOT NULL,
    key_version    BIGINT NOT NULL REFERENCES data_key (key_version)
);

-- The primary key is the promise that a person has one PMH-ID, also when two requests number them at once.
CREATE TABLE pmh_id (
    person      BIGINT NOT NULL PRIMARY KEY REFERENCES person (person),
    pmh_id      BYTEA  NOT NULL,
    version     BIGINT NOT NULL,
    key_version BIGINT NOT NULL REFERENCES data_key (key_version)
);

-- Persons whose (PMH-ID, linking number) the OQS has not acknowledged. Both never change once a person is
-- numbered, so they are not copied.
CREATE TABLE linking_outbox (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES pmh_id (person)
);
