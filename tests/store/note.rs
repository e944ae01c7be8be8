//! A small party of the suite's own, with one partitioned table.

use pmh_store::{Migration, PartySchema, Plans, Role, Store, StoreError, Tx, on_connection};

use crate::support::TestDatabase;

pub(crate) const NOTES: Migration = Migration {
    version: 1,
    name: "notes",
    sqlite: "CREATE TABLE author (
        municipality_code TEXT NOT NULL, author INTEGER NOT NULL,
        PRIMARY KEY (municipality_code, author)
    ) STRICT;
    CREATE TABLE note (
        municipality_code TEXT NOT NULL, note INTEGER NOT NULL, author INTEGER, body BLOB NOT NULL,
        PRIMARY KEY (municipality_code, note),
        FOREIGN KEY (municipality_code, author) REFERENCES author (municipality_code, author)
    ) STRICT;",
    postgres: "CREATE TABLE author (
        municipality_code TEXT NOT NULL, author BIGINT NOT NULL,
        PRIMARY KEY (municipality_code, author)
    );
    CREATE TABLE note (
        municipality_code TEXT NOT NULL, note BIGINT NOT NULL, author BIGINT, body BYTEA NOT NULL,
        PRIMARY KEY (municipality_code, note),
        FOREIGN KEY (municipality_code, author) REFERENCES author (municipality_code, author)
    );
    ALTER TABLE note ENABLE ROW LEVEL SECURITY;
    ALTER TABLE note FORCE ROW LEVEL SECURITY;
    CREATE POLICY desk ON note TO {desk}
        USING (municipality_code = current_setting('pmh.municipality', true))
        WITH CHECK (municipality_code = current_setting('pmh.municipality', true));",
};

pub(crate) const DESK: &str = "desk";
/// May read no note at all. Finds authors by key.
pub(crate) const QUERY: &str = "query";

pub(crate) const SCHEMA: PartySchema = PartySchema {
    party: "notary",
    migrations: &[NOTES],
    roles: &[
        Role {
            name: DESK,
            plans: Plans::Estimated,
            grants: &["GRANT SELECT, INSERT, UPDATE, DELETE ON note, author TO {role}"],
        },
        Role { name: QUERY, plans: Plans::ByKey, grants: &["GRANT SELECT ON author TO {role}"] },
    ],
};

pub(crate) const OSAKA: &str = "271004";
pub(crate) const KAWASAKI: &str = "141305";

/// A prepared database, opened by the desk.
pub(crate) async fn desk(place: &TestDatabase) -> Store {
    SCHEMA.prepare(place.database()).await.unwrap();
    SCHEMA.open(place.database(), DESK, 10).await.unwrap()
}

/// A transaction of the desk for Osaka.
pub(crate) async fn osaka(store: &Store) -> Tx {
    let mut tx = store.write().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    tx
}

pub(crate) async fn add(tx: &mut Tx, municipality: &str, note: i64, body: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO note (municipality_code, note, body) VALUES ($1, $2, $3)",
        )
        .bind(municipality)
        .bind(note)
        .bind(body)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Names no municipality, as a statement that forgot it.
pub(crate) async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT COUNT(*) FROM note").fetch_one(conn).await)?)
}
