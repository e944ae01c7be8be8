-- state of a card: 1 active, 2 stopped, 3 lost, 4 renewed.
-- The last day of the card's certificate, sealed: in reality it is the holder's birthday. NULL: no end was told.
ALTER TABLE card ADD COLUMN valid_to BYTEA;
