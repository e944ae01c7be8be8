//! What the suite looks for at the end of every test is found when it is there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use pmh_simulator::leak_scan::Scanned;
use pmh_store::{Database, OWNER, Store, on_connection};

use crate::support::TestDatabase;
use crate::support::answers::Answer;
use crate::support::leaks::{Log, everybody};
use crate::support::people::person;

/// A table with a person's name as text and number as bytes.
async fn plant(place: &TestDatabase) -> Store {
    pmh_portal::SCHEMA.prepare(place.database()).await.unwrap();
    let store = pmh_portal::SCHEMA.open(place.database(), OWNER, 1).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let bytes = match place.database() {
        Database::Sqlite { .. } => "CREATE TABLE planted (name TEXT, number BLOB)",
        Database::Postgres { .. } => "CREATE TABLE planted (name TEXT, number BYTEA)",
    };
    on_connection!(&mut tx, conn => { sqlx::query(bytes).execute(conn).await.unwrap(); });
    on_connection!(&mut tx, conn => {
        let insert = sqlx::query("INSERT INTO planted (name, number) VALUES ($1, $2)");
        insert.bind(person(3).five.name).bind(person(3).my_number.into_bytes()).execute(conn).await.unwrap();
    });
    tx.commit().await.unwrap();
    store
}

/// What the end of the test says.
fn said_at_the_end(place: TestDatabase) -> String {
    let ended = catch_unwind(AssertUnwindSafe(|| drop(place)));
    *ended.expect_err("the test fails").downcast::<String>().unwrap()
}

#[tokio::test]
async fn a_row_in_the_clear_fails_its_test_from_the_log_and_from_the_file() {
    let place = TestDatabase::sqlite();
    let Database::Sqlite { folder } = place.database() else { panic!("not SQLite") };
    let leaks = || {
        let mut scanned = Scanned::default();
        everybody().folder(folder, &mut scanned).unwrap();
        scanned.leaks().into_keys().collect::<Vec<_>>()
    };
    let store = plant(&place).await;
    assert_eq!(leaks(), ["portal.sqlite-wal: individualNumber", "portal.sqlite-wal: name"]);
    store.close().await;
    assert_eq!(leaks(), ["portal.sqlite: individualNumber", "portal.sqlite: name"]);
    let said = said_at_the_end(place);
    assert!(
        said.contains("portal.sqlite: individualNumber") && said.contains("portal.sqlite: name"),
        "{said}"
    );
}

#[tokio::test]
async fn a_row_in_the_clear_fails_its_test_on_a_server() {
    let place = TestDatabase::postgres().await;
    plant(&place).await.close().await;
    let said = said_at_the_end(place);
    assert!(
        said.contains("portal.planted: individualNumber") && said.contains("portal.planted: name"),
        "{said}"
    );
}

#[test]
fn a_person_in_a_log_line_is_kept_and_another_line_is_not() {
    static LEAKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

    let lines =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(Log(&LEAKED));
    tracing::subscriber::with_default(lines.finish(), || {
        tracing::info!(people = 1, "registered");
        tracing::trace!(name = ?person(3).five.name, "looked up");
        let _inside = tracing::trace_span!("person", address = person(4).five.address).entered();
        tracing::trace!("found");
    });
    let leaked = LEAKED.lock().unwrap();
    assert_eq!(leaked.len(), 2, "{leaked:?}");
    assert!(leaked[0].contains("looked up") && leaked[1].contains("found"));
}

#[test]
fn a_refusal_that_names_somebody_fails_its_test() {
    let refused = |headers: HeaderMap, body: String| {
        catch_unwind(AssertUnwindSafe(|| Answer::from((StatusCode::BAD_REQUEST, headers, Bytes::from(body)))))
    };
    let location = HeaderValue::from_str(&format!("/people/{}", person(3).my_number)).unwrap();
    assert!(refused(HeaderMap::new(), r#"{"detail":"somebody"}"#.to_owned()).is_ok());
    assert!(refused(HeaderMap::new(), format!(r#"{{"detail":"{}"}}"#, person(3).five.name_kana)).is_err());
    assert!(refused(HeaderMap::from_iter([(http::header::LOCATION, location)]), String::new()).is_err());
}
