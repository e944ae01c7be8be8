-- Numbered though the insurers spell items otherwise: 1 name, 2 kana, 4 address, added up.
ALTER TABLE person ADD COLUMN spelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registration_task ADD COLUMN spelled_otherwise INTEGER NOT NULL DEFAULT 0;

-- PMH-IDs that turned out to be one person's, by their tags. A surviving tag is never a retired one. join_number is
-- the intermediate server's: the highest one says what the hub has learnt.
CREATE TABLE joined (
    retired_tag       BLOB   NOT NULL PRIMARY KEY,
    surviving_tag     BLOB   NOT NULL,
    join_number       INTEGER NOT NULL,
    mac               BLOB   NOT NULL
) STRICT;
CREATE INDEX joined_survivor ON joined (surviving_tag);
CREATE INDEX joined_number ON joined (join_number);
