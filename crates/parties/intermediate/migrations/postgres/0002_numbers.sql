-- Numbers that were a person's before a change (番号変更). Nobody is numbered or enrolled under one again.
CREATE TABLE former_number (
    number_tag BYTEA   NOT NULL PRIMARY KEY,
    person     BIGINT NOT NULL REFERENCES person (person)
);

-- Who turned out to be whom: the retired person is answered with the PMH-ID of the surviving one, who is never
-- retired here. join_number counts up whenever a row is written or points elsewhere: the hub asks for what is new.
CREATE TABLE pmh_join (
    retired     BIGINT NOT NULL PRIMARY KEY REFERENCES pmh_id (person),
    surviving   BIGINT NOT NULL REFERENCES pmh_id (person),
    join_number BIGINT NOT NULL UNIQUE
);
CREATE INDEX pmh_join_by_survivor ON pmh_join (surviving);

-- Numbered persons whose items came in another spelling when they were asked for last: 1 name, 2 kana, 4 address,
-- added up.
CREATE TABLE spelled_otherwise (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES pmh_id (person),
    items  BIGINT NOT NULL
);

-- A join makes an entry due that may be on its way just then: an acknowledgement counts for what was sent.
ALTER TABLE linking_outbox ADD COLUMN due BIGINT NOT NULL DEFAULT 1;
