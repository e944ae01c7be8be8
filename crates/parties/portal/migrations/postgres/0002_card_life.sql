-- card_state: 1 active, 2 stopped, 3 lost; a renewal replaces card_tag, and former_card_tag is what it was. The
-- last day of the card's certificate stands sealed: in reality it is the holder's birthday. NULL: no end was told.
ALTER TABLE account ADD COLUMN card_state BIGINT NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN former_card_tag BYTEA;
ALTER TABLE account ADD COLUMN valid_to BYTEA;
ALTER TABLE account ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN key_version BIGINT REFERENCES data_key (key_version);
