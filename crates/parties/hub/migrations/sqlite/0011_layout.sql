-- Rows that are their key and little more stand in its tree themselves: a query reads and writes one tree instead of two.
CREATE TABLE route_in_order (
    pmh_tag           BLOB   NOT NULL,
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    mac               BLOB   NOT NULL,
    PRIMARY KEY (pmh_tag, municipality_code, person)
) STRICT, WITHOUT ROWID;
INSERT INTO route_in_order (pmh_tag, municipality_code, person, mac)
    SELECT pmh_tag, municipality_code, person, mac FROM route ORDER BY pmh_tag, municipality_code, person;
DROP TABLE route;
ALTER TABLE route_in_order RENAME TO route;
CREATE INDEX route_of_person ON route (municipality_code, person);

CREATE TABLE used_key_in_order (
    epoch             INTEGER NOT NULL,
    minted_ms         INTEGER NOT NULL,
    jti               BLOB   NOT NULL,
    PRIMARY KEY (epoch, minted_ms, jti)
) STRICT, WITHOUT ROWID;
INSERT INTO used_key_in_order (epoch, minted_ms, jti) SELECT epoch, minted_ms, jti FROM used_key;
DROP TABLE used_key;
ALTER TABLE used_key_in_order RENAME TO used_key;
