//! The transaction that many questions share.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use pmh_store::{Bind, Columns, GroupTx, LIST_ROWS_MAX, Query, Statements, Store, StoreError, Tx};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::note::{DESK, OSAKA, QUERY, SCHEMA, desk};
use crate::support::{TestDatabase, for_each_store};

for_each_store! {
    what_it_committed_is_found_by_others,
    dropped_it_leaves_nothing_and_the_next_one_begins,
    a_second_insert_in_it_is_already_exists_and_shows_no_value,
    a_column_of_another_kind_is_an_error_that_shows_no_value,
    what_was_sent_ahead_is_done_before_what_follows,
    an_error_of_what_was_sent_ahead_is_that_of_the_next_statement,
    an_error_of_what_was_sent_ahead_is_that_of_the_commit,
    what_was_fetched_at_once_is_told_by_who_found_it,
    a_long_answer_lets_those_after_it_be_heard,
    a_list_finds_its_rows_however_long_it_is,
    a_list_is_inserted_without_the_rows_that_fill_it_up,
    dropped_with_statements_on_their_way_it_leaves_nothing,
    more_than_there_are_connections_take_turns,
    a_closed_store_begins_none,
    who_looks_up_waits_for_no_writer_and_sees_what_is_committed,
}

async fn begin(store: &Store) -> GroupTx {
    store.write_together().await.unwrap()
}

/// Binds it to the rows of Osaka where the database does that.
async fn in_osaka(tx: &mut GroupTx) {
    if matches!(tx, GroupTx::Postgres(_)) {
        let sql = "SELECT set_config('pmh.municipality', $1, true)";
        tx.fetch(&Query::new(sql, vec![Bind::Text(OSAKA)]), |_| Ok(())).await.unwrap();
    }
}

async fn add_ahead(tx: &mut impl Statements, author: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO author (municipality_code, author) VALUES ($1, $2)";
    tx.run_ahead(&Query::new(sql, vec![Bind::Text(OSAKA), Bind::Integer(author)])).await
}

/// Authors stand in a table without row-level security.
async fn add(tx: &mut impl Statements, author: i64) -> Result<u64, StoreError> {
    let sql = "INSERT INTO author (municipality_code, author) VALUES ($1, $2)";
    tx.run(&Query::new(sql, vec![Bind::Text(OSAKA), Bind::Integer(author)])).await
}

async fn authors(tx: &mut impl Statements) -> Vec<(String, i64)> {
    let sql = "SELECT municipality_code, author FROM author WHERE municipality_code = $1 ORDER BY author";
    tx.fetch(&Query::new(sql, vec![Bind::Text(OSAKA)]), |row| Ok((row.text(0)?.to_owned(), row.integer(1)?)))
        .await
        .unwrap()
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
    in_osaka(&mut tx).await;
    let binds = [Bind::Text(OSAKA), Bind::Integer(1), Bind::Integer(123_456_789_018), Bind::Bytes(b"body")];
    let dangling = tx.run(&Query::new(nowhere, binds.to_vec())).await.unwrap_err();
    assert!(matches!(dangling, StoreError::Referenced), "{dangling:?}");
    assert!(!format!("{exists} {exists:?} {dangling} {dangling:?}").contains("123456789018"));
}

async fn a_column_of_another_kind_is_an_error_that_shows_no_value(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    add(&mut tx, 123_456_789_018).await.unwrap();
    let sql = "SELECT municipality_code, author FROM author";
    let text = tx.fetch(&Query::new(sql, vec![]), |row| Ok(row.text(1)?.to_owned())).await.unwrap_err();
    let number = tx.fetch(&Query::new(sql, vec![]), |row| row.integer(0)).await.unwrap_err();
    let bytes = tx.fetch(&Query::new(sql, vec![]), |row| Ok(row.bytes(1)?.to_vec())).await.unwrap_err();
    let shown = format!("{text} {text:?} {number} {number:?} {bytes} {bytes:?}");
    assert!(!shown.contains("123456789018") && !shown.contains(OSAKA), "{shown}");
}

async fn what_was_sent_ahead_is_done_before_what_follows(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    let mut expected = Vec::new();
    for author in 1..=200 {
        add_ahead(&mut tx, author).await.unwrap();
        expected.push((OSAKA.to_owned(), author));
    }
    assert_eq!(authors(&mut tx).await, expected);
    add_ahead(&mut tx, 201).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(authors(&mut begin(&store).await).await.len(), 201);
}

/// A database that has the statement carried out at once tells of it at once.
async fn an_error_of_what_was_sent_ahead_is_that_of_the_next_statement(place: &TestDatabase) {
    let store = desk(place).await;
    for _ in 0..2 {
        let mut tx = begin(&store).await;
        add(&mut tx, 1).await.unwrap();
        let told = match add_ahead(&mut tx, 1).await {
            Ok(()) => {
                add_ahead(&mut tx, 2).await.unwrap();
                tx.fetch(&Query::new("SELECT author FROM author", vec![]), |row| row.integer(0))
                    .await
                    .map(|_| ())
            }
            at_once => at_once,
        };
        assert!(matches!(told, Err(StoreError::AlreadyExists)), "{told:?}");
    }
    assert_eq!(authors(&mut begin(&store).await).await, []);
}

async fn an_error_of_what_was_sent_ahead_is_that_of_the_commit(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    add_ahead(&mut tx, 1).await.unwrap();
    let told = match add_ahead(&mut tx, 1).await {
        Ok(()) => tx.commit().await,
        at_once => {
            drop(tx);
            at_once
        }
    };
    assert!(matches!(told, Err(StoreError::AlreadyExists)), "{told:?}");
    assert_eq!(authors(&mut begin(&store).await).await, []);
}

async fn what_was_fetched_at_once_is_told_by_who_found_it(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    add_ahead(&mut tx, 7).await.unwrap();
    add_ahead(&mut tx, 8).await.unwrap();
    let query = |sql: &'static str| Query::new(sql, vec![Bind::Text(OSAKA)]);
    let numbers = query("SELECT author FROM author WHERE municipality_code = $1 ORDER BY author");
    let nobody = query("SELECT author FROM author WHERE municipality_code = $1 AND author < 0");
    let codes = query("SELECT municipality_code FROM author WHERE municipality_code = $1");
    let mut found = Vec::new();
    let take = |at: usize, row: &dyn Columns| {
        found.push((at, if at == 2 { row.text(0)?.to_owned() } else { row.integer(0)?.to_string() }));
        Ok(())
    };
    tx.fetch_together(&[numbers, nobody, codes], take).await.unwrap();
    let expected = [(0, "7"), (0, "8"), (2, OSAKA), (2, OSAKA)].map(|(at, text)| (at, text.to_owned()));
    assert_eq!(found, expected);
    if matches!(tx, GroupTx::Postgres(_)) {
        // An error of the first is not that the second met an aborted transaction.
        let divided = query("SELECT 1 / (author - 7) FROM author WHERE municipality_code = $1");
        let codes = query("SELECT municipality_code FROM author WHERE municipality_code = $1");
        let failed = tx.fetch_together(&[divided, codes], |_, _| Ok(())).await.unwrap_err();
        assert!(failed.to_string().contains("22012"), "{failed}");
    }
}

/// The same in a transaction of one's own, whose driver is another one.
async fn a_list_finds_its_rows_however_long_it_is(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    for author in 1..=400 {
        add_ahead(&mut tx, author).await.unwrap();
    }
    tx.commit().await.unwrap();
    for length in [1, 2, 3, 47, 64, 65, i64::try_from(LIST_ROWS_MAX).unwrap()] {
        let wanted: Vec<i64> = (101..=100 + length).collect();
        // Nobody, and somebody of nowhere, between those who are there.
        let rows = wanted.iter().enumerate().flat_map(|(at, author)| {
            let (code, author) = match at {
                1 => (OSAKA, -author),
                2 => ("131016", *author),
                _ => (OSAKA, *author),
            };
            [Bind::Text(code), Bind::Integer(author)]
        });
        let query = Query::about_list(
            "SELECT author.author FROM {wanted} CROSS JOIN author \
             WHERE author.municipality_code = wanted.column1 AND author.author = wanted.column2",
            2,
            rows.collect(),
        );
        let there: Vec<i64> = wanted.into_iter().filter(|author| ![102, 103].contains(author)).collect();
        for mut found in [
            begin(&store).await.fetch(&query, |row| row.integer(0)).await.unwrap(),
            store.look_up().await.unwrap().fetch(&query, |row| row.integer(0)).await.unwrap(),
            store.read().await.unwrap().fetch(&query, |row| row.integer(0)).await.unwrap(),
        ] {
            found.sort_unstable();
            assert_eq!(found, there, "of {length}");
        }
    }
}

async fn a_list_is_inserted_without_the_rows_that_fill_it_up(place: &TestDatabase) {
    let store = desk(place).await;
    let mut next = 0;
    for length in [1, 3, 5, 64] {
        let rows = (next..next + length).flat_map(|author| [Bind::Text(OSAKA), Bind::Integer(author)]);
        let insert = Query::about_list(
            "INSERT INTO author (municipality_code, author) \
             SELECT column1, column2 FROM {wanted} WHERE column1 IS NOT NULL",
            2,
            rows.collect(),
        );
        let mut tx = begin(&store).await;
        tx.run_ahead(&insert).await.unwrap();
        tx.commit().await.unwrap();
        next += length;
        assert_eq!(authors(&mut begin(&store).await).await.len(), usize::try_from(next).unwrap());
    }
    let again = Query::about_list(
        "INSERT INTO author (municipality_code, author) \
         SELECT column1, column2 FROM {wanted} WHERE column1 IS NOT NULL",
        2,
        vec![Bind::Text(OSAKA), Bind::Integer(next), Bind::Text(OSAKA), Bind::Integer(0)],
    );
    let mut tx: Tx = store.write().await.unwrap();
    let exists = Statements::run(&mut tx, &again).await;
    assert!(matches!(exists, Err(StoreError::AlreadyExists)), "{exists:?}");
}

async fn a_long_answer_lets_those_after_it_be_heard(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = begin(&store).await;
    for author in 1..=100 {
        add_ahead(&mut tx, author).await.unwrap();
    }
    let query = |sql: &'static str| Query::new(sql, Vec::new());
    let pairs = query("SELECT one.author FROM author AS one CROSS JOIN author AS other");
    let count = query("SELECT COUNT(*) FROM author");
    let mut found = [0, 0];
    let take = |at: usize, _row: &dyn Columns| {
        found[at] += 1;
        Ok(())
    };
    let queries = [pairs, count];
    let fetching = tx.fetch_together(&queries, take);
    timeout(Duration::from_mins(1), fetching).await.expect("it waits for nobody").unwrap();
    assert_eq!(found, [10_000, 1]);
}

async fn dropped_with_statements_on_their_way_it_leaves_nothing(place: &TestDatabase) {
    let store = desk(place).await;
    for _ in 0..20 {
        let mut tx = begin(&store).await;
        assert_eq!(authors(&mut tx).await, []);
        for author in 1..=5 {
            add_ahead(&mut tx, author).await.unwrap();
        }
        let mut waiting = pin!(add(&mut tx, 6));
        // Whoever waits gives up after the first look.
        let _ = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

async fn more_than_there_are_connections_take_turns(place: &TestDatabase) {
    let store = desk(place).await;
    let mut all = JoinSet::new();
    for author in 0..20 {
        let own = store.clone();
        let adding = async move {
            let mut tx = begin(&own).await;
            add_ahead(&mut tx, author).await.unwrap();
            tx.commit().await.unwrap();
        };
        let store = store.clone();
        all.spawn(async move { store.aside(adding).await });
    }
    all.join_all().await;
    assert_eq!(authors(&mut begin(&store).await).await.len(), 20);
}

async fn a_closed_store_begins_none(place: &TestDatabase) {
    let store = desk(place).await;
    let tx = begin(&store).await;
    drop(tx);
    store.close().await;
    assert!(matches!(store.write_together().await.err(), Some(StoreError::Unavailable)));
    assert!(matches!(store.look_up().await.err(), Some(StoreError::Unavailable)));
}

async fn who_looks_up_waits_for_no_writer_and_sees_what_is_committed(place: &TestDatabase) {
    let store = desk(place).await;
    let mut before = begin(&store).await;
    add(&mut before, 1).await.unwrap();
    before.commit().await.unwrap();
    let mut writing = begin(&store).await;
    add(&mut writing, 2).await.unwrap();
    let mut reading = store.look_up().await.unwrap();
    for _ in 0..2 {
        assert_eq!(authors(&mut reading).await, [(OSAKA.to_owned(), 1)]);
    }
    writing.commit().await.unwrap();
    assert_eq!(authors(&mut reading).await.len(), 2, "in no transaction");
    drop(reading);
    assert_eq!(authors(&mut store.look_up().await.unwrap()).await.len(), 2);
}

/// It is opened by another driver than the pool, whose settings are told by `durability`.
#[tokio::test]
async fn its_connection_has_the_settings_of_the_pool() {
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let mut tx = begin(&store).await;
    for (name, expected) in store.durability().await.unwrap() {
        let sql = match name.as_str() {
            "journal_mode" => "PRAGMA journal_mode",
            "synchronous" => "PRAGMA synchronous",
            "foreign_keys" => "PRAGMA foreign_keys",
            "secure_delete" => "PRAGMA secure_delete",
            "journal_size_limit" => "PRAGMA journal_size_limit",
            "busy_timeout" => "PRAGMA busy_timeout",
            other => panic!("{other} is another setting"),
        };
        let text = |row: &dyn Columns| {
            row.integer(0).map(|number| number.to_string()).or_else(|_| Ok(row.text(0)?.to_owned()))
        };
        assert_eq!(tx.fetch(&Query::new(sql, vec![]), text).await.unwrap(), [expected], "{name}");
    }
}

/// SQLite maps 2 GB at most, whatever it is told, unless it was built with another bound (`.cargo/config.toml`).
#[tokio::test]
async fn more_than_2_gb_of_a_file_are_mapped() {
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let mut tx = begin(&store).await;
    let four = 4_i64 << 30;
    let mapped =
        tx.fetch(&Query::new("PRAGMA mmap_size = 4294967296", vec![]), |row| row.integer(0)).await.unwrap();
    assert_eq!(mapped, [four]);
}

/// On PostgreSQL the role comes with the connection too.
#[tokio::test]
async fn its_connection_has_the_role_and_the_settings_of_the_pool() {
    let place = TestDatabase::postgres().await;
    SCHEMA.prepare(place.database()).await.unwrap();
    for role in [DESK, QUERY] {
        let store = SCHEMA.open(place.database(), role, 1).await.unwrap();
        // Settings that belong to the driver, or to one statement.
        let sql = "SELECT name, setting FROM pg_settings WHERE name NOT IN \
                   ('extra_float_digits', 'DateStyle', 'IntervalStyle', 'TimeZone', 'client_encoding') \
                   UNION ALL SELECT 'role', CAST(current_user AS TEXT) \
                   UNION ALL SELECT 'user', CAST(session_user AS TEXT) ORDER BY 1, 2";
        let setting = |row: &dyn Columns| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        let own = begin(&store).await.fetch(&Query::new(sql, vec![]), setting).await.unwrap();
        assert_eq!(own, store.write().await.unwrap().fetch(&Query::new(sql, vec![]), setting).await.unwrap());
        let role = ("role".to_owned(), format!("pmh_{}_notary_{role}", place.world()));
        assert!(own.contains(&role), "{own:?}");
        for (name, value) in [("synchronous_commit", "on"), ("random_page_cost", "1.1")] {
            assert!(own.contains(&(name.to_owned(), value.to_owned())), "{own:?}");
        }
    }
}

#[tokio::test]
async fn row_level_security_binds_it() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let count = "SELECT COUNT(*) FROM note";
    let insert = "INSERT INTO note (municipality_code, note, body) VALUES ($1, $2, $3)";
    let binds = [Bind::Text(OSAKA), Bind::Integer(1), Bind::Bytes(b"body")];
    let mut tx = begin(&store).await;
    in_osaka(&mut tx).await;
    tx.run_ahead(&Query::new(insert, binds.to_vec())).await.unwrap();
    assert_eq!(tx.fetch(&Query::new(count, vec![]), |row| row.integer(0)).await.unwrap(), [1]);
    tx.commit().await.unwrap();
    let mut tx = begin(&store).await;
    assert_eq!(
        tx.fetch(&Query::new(count, vec![]), |row| row.integer(0)).await.unwrap(),
        [0],
        "it is in no municipality"
    );
    let written = tx.run(&Query::new(insert, binds.to_vec())).await;
    assert!(matches!(written, Err(StoreError::NotAllowed)), "{written:?}");
    drop(tx);
    let query = SCHEMA.open(place.database(), QUERY, 1).await.unwrap();
    let read = begin(&query).await.fetch(&Query::new(count, vec![]), |row| row.integer(0)).await;
    assert!(matches!(read, Err(StoreError::NotAllowed)), "{read:?}");
}

/// The server would take it, and roll back.
#[tokio::test]
async fn what_has_failed_is_not_committed() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = begin(&store).await;
    add(&mut tx, 1).await.unwrap();
    let exists = add(&mut tx, 1).await;
    assert!(matches!(exists, Err(StoreError::AlreadyExists)), "{exists:?}");
    assert!(tx.commit().await.is_err());
    assert_eq!(authors(&mut begin(&store).await).await, []);
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_replaced() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = begin(&store).await;
    add(&mut tx, 1).await.unwrap();
    place.administer(&end(process_of(&mut tx).await)).await;
    let gone = add(&mut tx, 2).await;
    assert!(matches!(gone, Err(StoreError::Unavailable)), "{gone:?}");
    drop(tx);
    let mut tx = begin(&store).await;
    assert_eq!(authors(&mut tx).await, []);
    let process = process_of(&mut tx).await;
    tx.commit().await.unwrap();
    // While nobody uses it.
    place.administer(&end(process)).await;
    let mut tx = begin(&store).await;
    assert_ne!(process_of(&mut tx).await, process);
}

async fn process_of(tx: &mut GroupTx) -> i64 {
    let sql = "SELECT CAST(pg_backend_pid() AS BIGINT)";
    tx.fetch(&Query::new(sql, vec![]), |row| row.integer(0)).await.unwrap()[0]
}

/// Returns when it has ended.
fn end(process: i64) -> String {
    format!("SELECT pg_terminate_backend({process}, 10000)")
}

#[tokio::test]
async fn after_a_full_disk_it_begins_again() {
    let place = TestDatabase::sqlite();
    SCHEMA.prepare(place.database()).await.unwrap();
    let store = SCHEMA.open(place.database(), DESK, 1).await.unwrap();
    let mut tx = begin(&store).await;
    tx.fetch(&Query::new("PRAGMA max_page_count = 1", vec![]), |_| Ok(())).await.unwrap();
    let add = "INSERT INTO note (municipality_code, note, body) VALUES ($1, $2, $3)";
    let large = vec![7; 100_000];
    let full = tx.run(&Query::new(add, vec![Bind::Text(OSAKA), Bind::Integer(1), Bind::Bytes(&large)])).await;
    assert!(matches!(full, Err(StoreError::Unavailable)), "{full:?}");
    drop(tx);
    let mut tx = begin(&store).await;
    tx.fetch(&Query::new("PRAGMA max_page_count = 1000000", vec![]), |_| Ok(())).await.unwrap();
    tx.run(&Query::new(add, vec![Bind::Text(OSAKA), Bind::Integer(2), Bind::Bytes(&large)])).await.unwrap();
    tx.commit().await.unwrap();
}
