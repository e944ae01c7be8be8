-- Users of the registration door, in the identity area: they are people. Name, mail address, user id, rights and the
-- password's hash stand sealed; beside them only what rows are found by.
CREATE TABLE user_counter (
    municipality_code TEXT   NOT NULL PRIMARY KEY,
    next_account      BIGINT NOT NULL
);
CREATE TABLE user_account (
    municipality_code TEXT   NOT NULL,
    account           BIGINT NOT NULL,
    user_tag          BYTEA  NOT NULL,
    credential_hash   BYTEA,
    sealed            BYTEA  NOT NULL,
    version           BIGINT NOT NULL,
    key_version       BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, account),
    UNIQUE (municipality_code, user_tag),
    UNIQUE (municipality_code, credential_hash),
    FOREIGN KEY (municipality_code, key_version) REFERENCES identity_key (municipality_code, key_version)
);
CREATE TABLE user_session (
    municipality_code TEXT   NOT NULL,
    session_hash      BYTEA  NOT NULL,
    account           BIGINT NOT NULL,
    terminal          TEXT   NOT NULL,
    opened_ms         BIGINT NOT NULL,
    ends_ms           BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, session_hash),
    FOREIGN KEY (municipality_code, account) REFERENCES user_account (municipality_code, account)
);
CREATE INDEX user_session_account ON user_session (municipality_code, account);
CREATE TABLE user_movement (
    municipality_code TEXT   NOT NULL,
    movement          BIGINT NOT NULL,
    account           BIGINT NOT NULL,
    ends_on           TEXT   NOT NULL,
    reason            TEXT   NOT NULL,
    entered_by        BIGINT NOT NULL,
    entered_ms        BIGINT NOT NULL,
    PRIMARY KEY (municipality_code, movement),
    FOREIGN KEY (municipality_code, account) REFERENCES user_account (municipality_code, account)
);

-- Who handed a task in: the organisation, and the programs of its rows. Tasks from before users have none.
CREATE TABLE registration_submitter (
    municipality_code TEXT   NOT NULL,
    task              BYTEA  NOT NULL,
    organisation      TEXT   NOT NULL,
    account           BIGINT NOT NULL,
    programs          TEXT   NOT NULL,
    PRIMARY KEY (municipality_code, task),
    FOREIGN KEY (municipality_code, task) REFERENCES registration_task (municipality_code, task) ON DELETE CASCADE
);

ALTER TABLE user_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_counter FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON user_counter TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE user_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_account FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON user_account TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE user_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_session FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON user_session TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE user_movement ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_movement FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON user_movement TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
ALTER TABLE registration_submitter ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_submitter FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON registration_submitter TO {desk}
    USING (municipality_code = current_setting('pmh.municipality', true))
    WITH CHECK (municipality_code = current_setting('pmh.municipality', true));
