//! Roles and row-level security. PostgreSQL only: SQLite has neither.

use pmh_store::{Database, OWNER, PartySchema, Plans, Role, StoreError, Tx, on_connection};

use super::note::{DESK, KAWASAKI, OSAKA, QUERY, SCHEMA, add, count, desk, osaka};
use crate::support::TestDatabase;

async fn text(tx: &mut Tx, sql: &'static str) -> String {
    on_connection!(tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap())
}

#[tokio::test]
async fn a_superusers_url_runs_as_the_bound_role() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = store.write().await.unwrap();
    let super_session = "SELECT CAST(rolsuper AS TEXT) FROM pg_roles WHERE rolname = session_user";
    assert_eq!(text(&mut tx, super_session).await, "true", "the test needs a superuser's URL");
    assert_eq!(
        text(&mut tx, "SELECT CAST(current_user AS TEXT)").await,
        format!("pmh_{}_notary_desk", place.world())
    );
    let bound = "SELECT CAST(rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole AS TEXT) \
                 FROM pg_roles WHERE rolname = current_user";
    assert_eq!(text(&mut tx, bound).await, "false");
}

#[tokio::test]
async fn a_statement_that_forgets_the_municipality_reads_nothing() {
    let place = TestDatabase::postgres().await;
    SCHEMA.prepare(place.database()).await.unwrap();
    // One connection: the second transaction would meet the municipality of the first, were it to stay.
    let store = SCHEMA.open(place.database(), DESK, 1).await.unwrap();
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(count(&mut tx).await.unwrap(), 0);
    let mut owner = SCHEMA.open(place.database(), OWNER, 1).await.unwrap().read().await.unwrap();
    owner.for_municipality(OSAKA).await.unwrap();
    assert_eq!(count(&mut owner).await.unwrap(), 0, "the owner is bound, too");
}

#[tokio::test]
async fn another_municipalitys_rows_are_neither_read_nor_written() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.for_municipality(KAWASAKI).await.unwrap();
    assert_eq!(count(&mut tx).await.unwrap(), 0);
    let written = add(&mut tx, OSAKA, 2, b"body").await;
    assert!(matches!(written, Err(StoreError::NotAllowed)), "{written:?}");
}

#[tokio::test]
async fn a_role_without_the_grant_reads_nothing() {
    let place = TestDatabase::postgres().await;
    desk(&place).await;
    let store = SCHEMA.open(place.database(), QUERY, 1).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let read = count(&mut tx).await;
    assert!(matches!(read, Err(StoreError::NotAllowed)), "{read:?}");
}

/// Both columns stand in the index too.
#[tokio::test]
async fn a_role_that_finds_rows_by_key_never_reads_a_table_from_end_to_end() {
    let place = TestDatabase::postgres().await;
    let desk = desk(&place).await;
    let query = SCHEMA.open(place.database(), QUERY, 1).await.unwrap();
    for (store, by_key) in [(desk, false), (query, true)] {
        let mut tx = store.read().await.unwrap();
        let sql = "EXPLAIN SELECT municipality_code, author FROM author";
        let plan: Vec<String> =
            on_connection!(&mut tx, conn => sqlx::query_scalar(sql).fetch_all(conn).await.unwrap());
        let reads_all = plan.iter().any(|line| line.contains("Seq Scan"));
        assert_eq!(reads_all, !by_key, "{plan:?}");
    }
}

#[tokio::test]
async fn a_grant_that_left_the_program_leaves_the_database() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = osaka(&store).await;
    assert_eq!(count(&mut tx).await.unwrap(), 0);
    drop(tx);
    let fewer = PartySchema { roles: &[Role { name: DESK, plans: Plans::Estimated, grants: &[] }], ..SCHEMA };
    fewer.prepare(place.database()).await.unwrap();
    let mut tx = osaka(&store).await;
    let read = count(&mut tx).await;
    assert!(matches!(read, Err(StoreError::NotAllowed)), "{read:?}");
}

#[tokio::test]
async fn a_role_that_bypasses_is_refused() {
    let place = TestDatabase::postgres().await;
    desk(&place).await;
    for attribute in ["BYPASSRLS", "SUPERUSER"] {
        place.administer(&format!("ALTER ROLE \"pmh_{}_notary_desk\" {attribute}", place.world())).await;
        let opened = SCHEMA.open(place.database(), DESK, 1).await.err();
        assert!(matches!(opened, Some(StoreError::BypassesRowSecurity { .. })), "{attribute}: {opened:?}");
        place.administer(&format!("ALTER ROLE \"pmh_{}_notary_desk\" NO{attribute}", place.world())).await;
    }
    SCHEMA.open(place.database(), DESK, 1).await.unwrap();
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = store.read().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    assert!(add(&mut tx, OSAKA, 1, b"body").await.is_err());
}

#[tokio::test]
async fn a_user_without_rights_is_given_the_sql_for_the_administrator() {
    let place = TestDatabase::postgres().await;
    let user = format!("pmh_{}_visitor", place.world());
    place.administer(&format!("CREATE ROLE \"{user}\" LOGIN NOSUPERUSER NOCREATEROLE")).await;
    let database = place.database_as(&user);
    let Err(StoreError::MissingRights { sql }) = SCHEMA.prepare(&database).await else {
        panic!("a user without rights has prepared a schema");
    };
    place.administer(&sql).await;
    SCHEMA.prepare(&database).await.unwrap();
    let store = SCHEMA.open(&database, DESK, 1).await.unwrap();
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
}

#[tokio::test]
async fn a_user_who_may_make_roles_needs_no_administrator() {
    let place = TestDatabase::postgres().await;
    let user = format!("pmh_{}_maker", place.world());
    place
        .administer(&format!(
            "CREATE ROLE \"{user}\" LOGIN NOSUPERUSER CREATEROLE; GRANT CREATE ON DATABASE \"{}\" TO \"{user}\"",
            place.world()
        ))
        .await;
    let database = place.database_as(&user);
    SCHEMA.prepare(&database).await.unwrap();
    SCHEMA.prepare(&database).await.unwrap();
    let store = SCHEMA.open(&database, DESK, 1).await.unwrap();
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
}

#[tokio::test]
async fn an_unknown_role_is_a_mistake_in_the_program() {
    let place = TestDatabase::sqlite();
    SCHEMA.prepare(place.database()).await.unwrap();
    let opened = SCHEMA.open(place.database(), "clerk", 1).await.err();
    assert!(matches!(opened, Some(StoreError::Usage(_))), "{opened:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    let database = Database::parse("postgres://user:hidden@%2Fno%2Fsuch%2Ffolder/data", "world").unwrap();
    for error in [SCHEMA.prepare(&database).await.err(), SCHEMA.open(&database, DESK, 1).await.err()] {
        let error = error.unwrap();
        assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
        let shown = error.to_string();
        assert!(shown.contains("/no/such/folder/data") && !shown.contains("hidden"), "{shown}");
    }
}

/// Each has what the other asks for; PostgreSQL ends one of them.
#[tokio::test]
async fn a_deadlock_is_busy_for_one_and_passes_for_the_other() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    add(&mut tx, OSAKA, 2, b"body").await.unwrap();
    tx.commit().await.unwrap();
    let (mut first, mut second) = (osaka(&store).await, osaka(&store).await);
    touch(&mut first, 1).await.unwrap();
    touch(&mut second, 2).await.unwrap();
    let ends = tokio::join!(touch(&mut first, 2), touch(&mut second, 1));
    assert!(matches!(ends, (Err(StoreError::Busy), Ok(())) | (Ok(()), Err(StoreError::Busy))), "{ends:?}");
}

async fn touch(tx: &mut Tx, note: i64) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "UPDATE note SET body = body WHERE municipality_code = $1 AND note = $2",
        )
        .bind(OSAKA)
        .bind(note)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Of the OQS: the session behind the door that institutions come in by.
#[tokio::test]
async fn who_looks_cards_up_reads_what_a_visit_needs_and_writes_nothing() {
    let place = TestDatabase::postgres().await;
    pmh_eligibility::SCHEMA.prepare(place.database()).await.unwrap();
    let reception = pmh_eligibility::SCHEMA.open(place.database(), "reception", 1).await.unwrap();
    let mut tx = reception.write().await.unwrap();
    let needed =
        "SELECT COUNT(card.serial_tag) + COUNT(insurance) + COUNT(pmh_id) FROM card, holder, linking";
    let read: i64 =
        on_connection!(&mut tx, conn => sqlx::query_scalar(needed).fetch_one(conn).await.unwrap());
    assert_eq!(read, 0);
    drop(tx);
    for sql in [
        "SELECT card_serial FROM card",
        "SELECT linking_number FROM holder",
        "SELECT portal_pseudonym FROM holder",
        "SELECT wrapped FROM data_key",
        "SELECT wrapped FROM index_key",
        "UPDATE card SET state = 1",
        "DELETE FROM linking",
    ] {
        let mut tx = reception.write().await.unwrap();
        let refused = on_connection!(&mut tx, conn => sqlx::query(sql).execute(conn).await.map(|_| ()));
        assert!(matches!(refused.map_err(StoreError::from), Err(StoreError::NotAllowed)), "{sql}");
    }
}
