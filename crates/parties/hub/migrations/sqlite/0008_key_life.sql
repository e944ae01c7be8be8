-- When the keys of a municipality were destroyed. It gets no others.
ALTER TABLE municipality ADD COLUMN shredded_ms INTEGER;

-- Every change of a key raises the one counter and leaves its value with the key. A process that has loaded that
-- generation, or a later one, knows of the change.
CREATE TABLE key_generation (
    id                INTEGER NOT NULL PRIMARY KEY,
    generation        INTEGER NOT NULL
) STRICT;
INSERT INTO key_generation (id, generation) VALUES (1, 0);
ALTER TABLE identity_key ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subsidy_key ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
-- Hub processes, by real time: which generation each has loaded, and when it was last seen.
CREATE TABLE hub_process (
    process           BLOB   NOT NULL PRIMARY KEY,
    generation        INTEGER NOT NULL,
    seen_ms           INTEGER NOT NULL
) STRICT;
CREATE TABLE destroyed_key (
    municipality_code TEXT   NOT NULL,
    area              TEXT   NOT NULL,
    key_version       INTEGER NOT NULL,
    destroyed_ms      INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, area, key_version)
) STRICT;

-- Entries of the audit are sealed under keys of their own, which do not rotate.
CREATE TABLE audit_key (
    municipality_code TEXT   NOT NULL,
    key_version       INTEGER NOT NULL,
    wrapped           BLOB   NOT NULL,
    state             INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, key_version)
) STRICT;

-- Settings that are sealed under the hub's own ring. Until this migration no ring had a second version.
CREATE TABLE sealed_setting (
    name              TEXT   NOT NULL PRIMARY KEY,
    municipality_code TEXT   NOT NULL,
    sealed            BLOB   NOT NULL,
    key_version       INTEGER NOT NULL,
    FOREIGN KEY (municipality_code, key_version) REFERENCES subsidy_key (municipality_code, key_version)
) STRICT;
INSERT INTO sealed_setting (name, municipality_code, sealed, key_version)
    SELECT name, 'hub', value, 1 FROM setting WHERE name = 'audit-signer';
DELETE FROM setting WHERE name = 'audit-signer';
