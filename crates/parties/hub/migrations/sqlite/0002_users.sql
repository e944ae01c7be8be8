-- Users of the registration door, in the identity area: they are people. Name, mail address, user id, rights and the
-- password's hash stand sealed; beside them only what rows are found by.
CREATE TABLE user_counter (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    next_account      INTEGER NOT NULL
) STRICT;
CREATE TABLE user_account (
    municipality_code TEXT   NOT NULL,
    account           INTEGER NOT NULL,
    user_tag          BLOB  NOT NULL,
    credential_hash   BLOB,
    sealed            BLOB  NOT NULL,
    version           INTEGER NOT NULL,
    key_version       INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, account),
    UNIQUE (municipality_code, user_tag),
    UNIQUE (municipality_code, credential_hash),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
) STRICT;
CREATE TABLE user_session (
    municipality_code TEXT   NOT NULL,
    session_hash      BLOB  NOT NULL,
    account           INTEGER NOT NULL,
    terminal          TEXT   NOT NULL,
    opened_ms         INTEGER NOT NULL,
    ends_ms           INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, session_hash),
    FOREIGN KEY (municipality_code, account) REFERENCES user_account (municipality_code, account)
) STRICT;
CREATE INDEX user_session_account ON user_session (municipality_code, account);
CREATE TABLE user_movement (
    municipality_code TEXT   NOT NULL,
    movement          INTEGER NOT NULL,
    account           INTEGER NOT NULL,
    ends_on           TEXT   NOT NULL,
    reason            TEXT   NOT NULL,
    entered_by        INTEGER NOT NULL,
    entered_ms        INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, movement),
    FOREIGN KEY (municipality_code, account) REFERENCES user_account (municipality_code, account)
) STRICT;

-- Who handed a task in: the organisation, and the programs of its rows. Tasks from before users have none.
CREATE TABLE registration_submitter (
    municipality_code TEXT   NOT NULL,
    task              BLOB  NOT NULL,
    organisation      TEXT   NOT NULL,
    account           INTEGER NOT NULL,
    programs          TEXT   NOT NULL,
    PRIMARY KEY (municipality_code, task),
    FOREIGN KEY (municipality_code, task) REFERENCES registration_task (municipality_code, task) ON DELETE CASCADE
) STRICT;
