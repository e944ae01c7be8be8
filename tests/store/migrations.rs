//! Migrations: once, in order, never edited.

use pmh_store::{Migration, OWNER, PartySchema, StoreError, on_connection};

use super::note::{DESK, NOTES, OSAKA, SCHEMA, add, count, desk, osaka};
use crate::support::{TestDatabase, for_each_store, tables};

for_each_store! {
    preparing_twice_changes_nothing,
    programs_may_prepare_at_once,
    a_later_migration_keeps_the_rows,
    an_edited_migration_is_refused,
    a_database_of_a_newer_program_is_refused,
    a_migration_that_fails_leaves_nothing,
    migrations_out_of_order_are_refused,
}

const TITLES: Migration = Migration {
    version: 2,
    name: "titles",
    sqlite: "ALTER TABLE note ADD COLUMN title TEXT",
    postgres: "ALTER TABLE note ADD COLUMN title TEXT",
};

const WITH_TITLES: PartySchema = PartySchema { migrations: &[NOTES, TITLES], ..SCHEMA };

async fn preparing_twice_changes_nothing(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    let first = tables::applied_migrations(&store).await;
    assert_eq!(first.iter().map(|(version, ..)| *version).collect::<Vec<_>>(), [0, 1]);
    // The store stays open, as when a second process starts.
    SCHEMA.prepare(place.database()).await.unwrap();
    assert_eq!(tables::applied_migrations(&store).await, first);
    let mut tx = osaka(&store).await;
    assert_eq!(count(&mut tx).await.unwrap(), 1);
}

/// File or schema is there already: it is the roles and the migration that they compete for.
async fn programs_may_prepare_at_once(place: &TestDatabase) {
    PartySchema { migrations: &[], roles: &[], ..SCHEMA }.prepare(place.database()).await.unwrap();
    let programs: Vec<_> = (0..8)
        .map(|_| {
            let database = place.database().clone();
            tokio::spawn(async move { SCHEMA.prepare(&database).await })
        })
        .collect();
    for program in programs {
        program.await.unwrap().unwrap();
    }
    let store = SCHEMA.open(place.database(), DESK, 1).await.unwrap();
    assert_eq!(tables::applied_migrations(&store).await.len(), 2);
}

async fn a_later_migration_keeps_the_rows(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    WITH_TITLES.prepare(place.database()).await.unwrap();
    let store = WITH_TITLES.open(place.database(), DESK, 1).await.unwrap();
    let mut tx = osaka(&store).await;
    let titles: Vec<Option<String>> = on_connection!(&mut tx, conn =>
        sqlx::query_scalar("SELECT title FROM note").fetch_all(conn).await.unwrap());
    assert_eq!(titles, [None]);
}

async fn an_edited_migration_is_refused(place: &TestDatabase) {
    SCHEMA.prepare(place.database()).await.unwrap();
    let edited = Migration { sqlite: "SELECT 1", postgres: "SELECT 1", ..NOTES };
    let renamed = Migration { name: "remarks", ..NOTES };
    for migration in [edited, renamed] {
        let migrations: &'static [Migration] = Box::leak(Box::new([migration]));
        let refused = PartySchema { migrations, ..SCHEMA }.prepare(place.database()).await;
        assert!(
            matches!(refused, Err(StoreError::EditedMigration { party: "notary", version: 1 })),
            "{refused:?}"
        );
    }
}

async fn a_database_of_a_newer_program_is_refused(place: &TestDatabase) {
    WITH_TITLES.prepare(place.database()).await.unwrap();
    let refused = SCHEMA.prepare(place.database()).await;
    assert!(matches!(refused, Err(StoreError::NewerDatabase { party: "notary", version: 2 })), "{refused:?}");
}

async fn a_migration_that_fails_leaves_nothing(place: &TestDatabase) {
    const BROKEN: Migration = Migration {
        version: 2,
        name: "broken",
        sqlite: "CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE half (id INTEGER) STRICT;",
        postgres: "CREATE TABLE half (id BIGINT); CREATE TABLE half (id BIGINT);",
    };
    let broken = PartySchema { migrations: &[NOTES, BROKEN], ..SCHEMA };
    let failed = broken.prepare(place.database()).await;
    assert!(matches!(failed, Err(StoreError::Driver(_))), "{failed:?}");
    let tables = tables::describe(place, &SCHEMA).await;
    assert!(tables.contains_key("note") && !tables.contains_key("half"));
}

async fn migrations_out_of_order_are_refused(place: &TestDatabase) {
    let swapped = PartySchema { migrations: &[TITLES, NOTES], ..SCHEMA };
    let refused = swapped.prepare(place.database()).await;
    assert!(matches!(refused, Err(StoreError::Usage(_))), "{refused:?}");
    let unprepared = SCHEMA.open(place.database(), OWNER, 1).await;
    if let Ok(store) = unprepared {
        let mut tx = store.write().await.unwrap();
        assert!(count(&mut tx).await.is_err());
    }
}
