-- The newest signed head of each lane of the hub's audit that the hub has shown, as it showed it.
CREATE TABLE witness (
    lane              TEXT   NOT NULL PRIMARY KEY,
    sequence          BIGINT NOT NULL,
    head              TEXT   NOT NULL,
    signed_at         TEXT   NOT NULL,
    signature         TEXT   NOT NULL,
    public_key        TEXT   NOT NULL
);
