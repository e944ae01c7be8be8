-- The newest signed head of each lane of the hub's audit that the hub has shown, as it showed it.
CREATE TABLE witness (
    municipality_code TEXT   NOT NULL REFERENCES municipality (municipality_code),
    lane              TEXT   NOT NULL,
    sequence          BIGINT NOT NULL,
    head              TEXT   NOT NULL,
    signed_at         TEXT   NOT NULL,
    signature         TEXT   NOT NULL,
    public_key        TEXT   NOT NULL,
    PRIMARY KEY (municipality_code, lane)
);
