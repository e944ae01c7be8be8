-- All that the terminals keep: which institutions they stand in. Nothing of a patient.
CREATE TABLE institution (
    institution_code TEXT NOT NULL PRIMARY KEY,
    name             TEXT NOT NULL
);
