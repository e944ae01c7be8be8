//! Roles of the hub's own tables. PostgreSQL only: SQLite has none. The test's URL is a superuser's.

use pmh_store::{Store, StoreError, Tx, on_connection};

use crate::support::TestDatabase;
use crate::support::people::person;
use crate::support::world::{OSAKA, TOKYO, World};

const PARTITIONED: [(&str, &str); 9] = [
    ("person", "SELECT COUNT(*) FROM person"),
    ("identity_key", "SELECT COUNT(*) FROM identity_key"),
    ("identity_index_key", "SELECT COUNT(*) FROM identity_index_key"),
    ("partition_counter", "SELECT COUNT(*) FROM partition_counter"),
    ("certificate", "SELECT COUNT(*) FROM certificate"),
    ("answer", "SELECT COUNT(*) FROM answer"),
    ("route", "SELECT COUNT(*) FROM route"),
    ("registration_task", "SELECT COUNT(*) FROM registration_task"),
    ("registration_result", "SELECT COUNT(*) FROM registration_result"),
];

async fn count(tx: &mut Tx, sql: &'static str) -> Result<i64, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await)?)
}

/// A statement in a transaction of its own.
async fn run(store: &Store, municipality: Option<&str>, sql: &'static str) -> Result<(), StoreError> {
    let mut tx = store.write().await.unwrap();
    if let Some(municipality) = municipality {
        tx.for_municipality(municipality).await.unwrap();
    }
    on_connection!(&mut tx, conn => sqlx::query(sql).execute(conn).await.map(|_| ()))?;
    tx.commit().await
}

/// Osaka's person, as the hub stored it, and a connection of the role.
async fn registered(place: &TestDatabase, role: &str) -> (World, Store) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let store = pmh_hub::SCHEMA.open(place.database(), role, 1).await.unwrap();
    (world, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_query_role_has_nothing_of_the_identity_area() {
    let place = TestDatabase::postgres().await;
    let (_world, query) = registered(&place, "query").await;
    for sql in [
        "SELECT COUNT(*) FROM person",
        "SELECT COUNT(*) FROM identity_key",
        "SELECT COUNT(*) FROM identity_index_key",
        "SELECT COUNT(*) FROM partition_counter",
        "SELECT COUNT(*) FROM certificate",
        "SELECT COUNT(*) FROM registration_task",
        "SELECT COUNT(*) FROM registration_chunk",
        "SELECT COUNT(*) FROM registration_result",
        "SELECT COUNT(*) FROM erasure",
        "SELECT COUNT(*) FROM erasure_count",
        "SELECT COUNT(*) FROM unrouted",
        "SELECT COUNT(*) FROM municipality",
    ] {
        let mut tx = query.read().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let read = count(&mut tx, sql).await;
        assert!(matches!(read, Err(StoreError::NotAllowed)), "{sql}: {read:?}");
    }
    for sql in [
        "DELETE FROM route",
        "DELETE FROM answer",
        "UPDATE answer SET version = version + 1",
        "UPDATE binding SET bound_ms = 0",
        "INSERT INTO unbinding SELECT pmh_tag FROM binding",
        "DELETE FROM audit",
        "UPDATE audit SET sequence = 0",
        "UPDATE used_key SET minted_ms = 0",
    ] {
        let written = run(&query, Some(OSAKA), sql).await;
        assert!(matches!(written, Err(StoreError::NotAllowed)), "{sql}: {written:?}");
    }
    let mut tx = query.read().await.unwrap();
    assert_eq!(count(&mut tx, "SELECT COUNT(*) FROM route").await.unwrap(), 1, "what it is there for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_sees_one_municipality_at_a_time() {
    let place = TestDatabase::postgres().await;
    let (_world, desk) = registered(&place, "desk").await;
    let owner = pmh_hub::SCHEMA.open(place.database(), pmh_store::OWNER, 1).await.unwrap();
    for (table, sql) in PARTITIONED {
        let mut tx = desk.read().await.unwrap();
        assert_eq!(count(&mut tx, sql).await.unwrap(), 0, "{table}: nothing is set");
        tx.for_municipality(OSAKA).await.unwrap();
        assert_eq!(count(&mut tx, sql).await.unwrap(), 1, "{table}: Osaka");
        tx.for_municipality(TOKYO).await.unwrap();
        let keys = i64::from(table.starts_with("identity"));
        assert_eq!(count(&mut tx, sql).await.unwrap(), keys, "{table}: Tokyo has its keys alone");
        let mut tx = owner.read().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        assert_eq!(count(&mut tx, sql).await.unwrap(), 0, "{table}: the owner is bound, too");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_writes_no_row_of_another_municipality() {
    let place = TestDatabase::postgres().await;
    let (_world, desk) = registered(&place, "desk").await;
    for sql in [
        "INSERT INTO partition_counter (municipality_code, next_person) VALUES ('130001', 1)",
        "INSERT INTO route (pmh_tag, municipality_code, person, mac) VALUES ('\\x00', '130001', 1, '\\x00')",
        "UPDATE route SET municipality_code = '130001'",
        "UPDATE person SET municipality_code = '130001'",
    ] {
        let written = run(&desk, Some(OSAKA), sql).await;
        assert!(matches!(written, Err(StoreError::NotAllowed)), "{sql}: {written:?}");
    }
    // Neither an error nor an effect: the rows are not there for Tokyo.
    run(&desk, Some(TOKYO), "DELETE FROM route").await.unwrap();
    run(&desk, None, "DELETE FROM route").await.unwrap();
    let mut tx = desk.read().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    assert_eq!(count(&mut tx, "SELECT COUNT(*) FROM route").await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hub_is_bound_by_row_level_security_under_a_superusers_url() {
    let place = TestDatabase::postgres().await;
    let (_world, desk) = registered(&place, "desk").await;
    let query = pmh_hub::SCHEMA.open(place.database(), "query", 1).await.unwrap();
    for store in [desk, query] {
        let mut tx = store.read().await.unwrap();
        let session = "SELECT COUNT(*) FROM pg_roles WHERE rolname = session_user AND rolsuper";
        assert_eq!(count(&mut tx, session).await.unwrap(), 1, "the test needs a superuser's URL");
        let effective =
            "SELECT COUNT(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)";
        assert_eq!(count(&mut tx, effective).await.unwrap(), 0);
        let unforced = "SELECT COUNT(*) FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) \
                        AND relrowsecurity AND NOT relforcerowsecurity";
        assert_eq!(count(&mut tx, unforced).await.unwrap(), 0);
    }
}
