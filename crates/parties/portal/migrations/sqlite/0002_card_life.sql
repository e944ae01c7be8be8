-- card_state: 1 active, 2 stopped, 3 lost; a renewal replaces card_tag, and former_card_tag is what it was. The
-- last day of the card's certificate stands sealed: in reality it is the holder's birthday. NULL: no end was told.
ALTER TABLE account ADD COLUMN card_state INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN former_card_tag BLOB;
ALTER TABLE account ADD COLUMN valid_to BLOB;
ALTER TABLE account ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN key_version INTEGER REFERENCES data_key (key_version);
