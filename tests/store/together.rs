//! The transaction that many questions share.

use std::collections::HashSet;

use pmh_store::{Bind, Columns, Database, GroupTx, Statements, Store, StoreError, Tx, file_path};

use super::note::{DESK, OSAKA, SCHEMA, desk};
use crate::support::{TestDatabase, for_each_store};

for_each_store! {
    what_it_committed_is_found_by_others,
    dropped_it_leaves_nothing_and_the_next_one_begins,
    a_second_insert_in_it_is_already_exists_and_shows_no_value,
    a_column_of_another_kind_is_an_error_that_shows_no_value,
    a_closed_store_begins_none,
    who_reads_together_waits_for_no_writer_and_sees_one_state,
}

async fn begin(store: &Store) -> GroupTx {
    store.write_together().await.unwrap()
}

/// Authors stand in a table without row-level security.
async fn add(tx: &mut impl Statements, author: i64) -> Result<u64, StoreError> {
    let sql = "INSERT INTO author (municipality_code, author) VALUES ($1, $2)";
    tx.run(sql, &[Bind::Text(OSAKA), Bind::Integer(author)]).await
}

async fn authors(tx: &mut impl Statements) -> Vec<(String, i64)> {
    let sql = "SELECT municipality_code, author FROM author WHERE municipality_code = $1 ORDER BY author";
    tx.fetch(sql, &[Bind::Text(OSAKA)], |row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).await.unwrap()
}

async fn what_it_committed_is_found_by_others(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    assert_eq!(add(&mut tx, 1).await.unwrap(), 1);
    assert_eq!(add(&mut tx, 2).await.unwrap(), 1);
    let both = [(OSAKA.to_owned(), 1), (OSAKA.to_owned(), 2)];
    assert_eq!(authors(&mut tx).await, both);
    tx.commit().await.unwrap();
    let mut other: Tx = store.read().await.unwrap();
    assert_eq!(authors(&mut other).await, both);
}

async fn dropped_it_leaves_nothing_and_the_next_one_begins(place: &TestDatabase) {
    let store = desk(place).await;
    for _ in 0..2 {
        let mut tx = begin(&store).await;
        assert_eq!(authors(&mut tx).await, []);
        add(&mut tx, 1).await.unwrap();
    }
}

async fn a_second_insert_in_it_is_already_exists_and_shows_no_value(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    add(&mut tx, 123_456_789_018).await.unwrap();
    let exists = add(&mut tx, 123_456_789_018).await.unwrap_err();
    assert!(matches!(exists, StoreError::AlreadyExists), "{exists:?}");
    let nowhere = "INSERT INTO note (municipality_code, note, author, body) VALUES ($1, $2, $3, $4)";
    drop(tx);
    let mut tx = begin(&store).await;
    if let GroupTx::Other(tx) = &mut tx {
        tx.for_municipality(OSAKA).await.unwrap();
    }
    let binds = [Bind::Text(OSAKA), Bind::Integer(1), Bind::Integer(123_456_789_018), Bind::Bytes(b"body")];
    let dangling = tx.run(nowhere, &binds).await.unwrap_err();
    assert!(matches!(dangling, StoreError::Referenced), "{dangling:?}");
    assert!(!format!("{exists} {exists:?} {dangling} {dangling:?}").contains("123456789018"));
}

async fn a_column_of_another_kind_is_an_error_that_shows_no_value(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    add(&mut tx, 123_456_789_018).await.unwrap();
    let sql = "SELECT municipality_code, author FROM author";
    let text = tx.fetch(sql, &[], |row| Ok(row.text(1)?.to_owned())).await.unwrap_err();
    let number = tx.fetch(sql, &[], |row| row.integer(0)).await.unwrap_err();
    let bytes = tx.fetch(sql, &[], |row| Ok(row.bytes(1)?.to_vec())).await.unwrap_err();
    let shown = format!("{text} {text:?} {number} {number:?} {bytes} {bytes:?}");
    assert!(!shown.contains("123456789018") && !shown.contains(OSAKA), "{shown}");
}

async fn a_closed_store_begins_none(place: &TestDatabase) {
    let store = desk(place).await;
    let tx = begin(&store).await;
    drop(tx);
    store.close().await;
    assert!(matches!(store.write_together().await.err(), Some(StoreError::Unavailable)));
    assert!(matches!(store.read_together().await.err(), Some(StoreError::Unavailable)));
}

async fn who_reads_together_waits_for_no_writer_and_sees_one_state(place: &TestDatabase) {
    let store = desk(place).await;
    let mut before = begin(&store).await;
    add(&mut before, 1).await.unwrap();
    before.commit().await.unwrap();
    let mut writing = begin(&store).await;
    add(&mut writing, 2).await.unwrap();
    for _ in 0..2 {
        let mut reading = store.read_together().await.unwrap();
        assert_eq!(authors(&mut reading).await, [(OSAKA.to_owned(), 1)]);
        reading.commit().await.unwrap();
    }
    let mut reading = store.read_together().await.unwrap();
    assert_eq!(authors(&mut reading).await.len(), 1);
    writing.commit().await.unwrap();
    assert_eq!(authors(&mut reading).await.len(), 1, "what was committed meanwhile");
    drop(reading);
    assert_eq!(authors(&mut store.read_together().await.unwrap()).await.len(), 2);
}

/// It is opened by another driver than the pool, whose settings are told by `durability`.
#[tokio::test]
async fn its_connection_has_the_settings_of_the_pool() {
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let mut tx = begin(&store).await;
    for (name, expected) in store.durability().await.unwrap() {
        let sql = format!("PRAGMA {name}");
        let text = |row: &dyn Columns| {
            row.integer(0).map(|number| number.to_string()).or_else(|_| Ok(row.text(0)?.to_owned()))
        };
        assert_eq!(tx.fetch(&sql, &[], text).await.unwrap(), [expected], "{name}");
    }
}

#[tokio::test]
async fn after_a_full_disk_it_begins_again() {
    let place = TestDatabase::sqlite();
    SCHEMA.prepare(place.database()).await.unwrap();
    let store = SCHEMA.open(place.database(), DESK, 1).await.unwrap();
    let mut tx = begin(&store).await;
    tx.fetch("PRAGMA max_page_count = 1", &[], |_| Ok(())).await.unwrap();
    let add = "INSERT INTO note (municipality_code, note, body) VALUES ($1, $2, $3)";
    let large = vec![7; 100_000];
    let full = tx.run(add, &[Bind::Text(OSAKA), Bind::Integer(1), Bind::Bytes(&large)]).await;
    assert!(matches!(full, Err(StoreError::Unavailable)), "{full:?}");
    drop(tx);
    let mut tx = begin(&store).await;
    tx.fetch("PRAGMA max_page_count = 1000000", &[], |_| Ok(())).await.unwrap();
    tx.run(add, &[Bind::Text(OSAKA), Bind::Integer(2), Bind::Bytes(&large)]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Its own commits do not copy the log into the file; without somebody who does it would grow for ever.
#[tokio::test]
async fn its_log_begins_anew_while_it_goes_on() {
    const COMMITS_MAX: i64 = 20_000;
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let Database::Sqlite { folder } = place.database() else { panic!("it is SQLite") };
    let log = file_path(folder, SCHEMA.party).with_extension("sqlite-wal");
    // The salts of the log's header are drawn anew each time it begins: https://www.sqlite.org/fileformat2.html
    let salts = || std::fs::read(&log).unwrap()[16..24].to_vec();
    let mut seen = HashSet::new();
    for author in 0..COMMITS_MAX {
        let mut tx = begin(&store).await;
        add(&mut tx, author).await.unwrap();
        tx.commit().await.unwrap();
        seen.insert(salts());
        if seen.len() == 3 {
            return;
        }
    }
    panic!("{COMMITS_MAX} commits stand in one log");
}
