-- Numbered though the insurers spell items otherwise: 1 name, 2 kana, 4 address, added up.
ALTER TABLE person ADD COLUMN spelled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE registration_task ADD COLUMN spelled_otherwise BIGINT NOT NULL DEFAULT 0;

-- PMH-IDs that turned out to be one person's, by their tags. A surviving tag is never a retired one. join_number is
-- the intermediate server's: the highest one says what the hub has learnt.
CREATE TABLE joined (
    retired_tag       BYTEA  NOT NULL PRIMARY KEY,
    surviving_tag     BYTEA  NOT NULL,
    join_number       BIGINT NOT NULL,
    mac               BYTEA  NOT NULL
);
CREATE INDEX joined_survivor ON joined (surviving_tag);
CREATE INDEX joined_number ON joined (join_number);
