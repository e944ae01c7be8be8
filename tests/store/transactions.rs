//! Commit, roll-back, conflicts, queues.

use pmh_store::{Kind, StoreError, Tx, clock_state, on_connection, setting};

use super::note::{DESK, OSAKA, SCHEMA, add, count, desk, osaka};
use crate::support::{TestDatabase, for_each_store};

for_each_store! {
    a_committed_row_is_visible_to_others,
    a_dropped_transaction_leaves_nothing,
    a_transaction_given_up_while_it_begins_leaves_its_connection_as_it_was,
    a_second_insert_is_already_exists,
    an_error_never_shows_the_value,
    a_row_that_points_nowhere_is_refused,
    ten_writers_queue_up,
    a_reader_sees_one_state_while_others_write,
    the_settings_are_durable,
    a_closed_store_is_unavailable,
    the_clock_is_found_as_it_was_saved,
    a_setting_is_replaced_by_its_newest_value,
}

async fn a_committed_row_is_visible_to_others(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    let mut other = store.read().await.unwrap();
    other.for_municipality(OSAKA).await.unwrap();
    assert_eq!(count(&mut other).await.unwrap(), 1);
}

async fn a_dropped_transaction_leaves_nothing(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    drop(tx);
    let mut tx = osaka(&store).await;
    assert_eq!(count(&mut tx).await.unwrap(), 0);
}

async fn a_transaction_given_up_while_it_begins_leaves_its_connection_as_it_was(place: &TestDatabase) {
    SCHEMA.prepare(place.database()).await.unwrap();
    let store = SCHEMA.open(place.database(), DESK, 1).await.unwrap();
    for note in 0..100 {
        {
            let mut reading = std::pin::pin!(store.read());
            // Each time a little later.
            for _ in 0..note / 10 {
                if futures_util::poll!(&mut reading).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let mut tx = osaka(&store).await;
        add(&mut tx, OSAKA, note, b"body").await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn a_second_insert_is_already_exists(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"first").await.unwrap();
    let second = add(&mut tx, OSAKA, 1, b"second").await;
    assert!(matches!(second, Err(StoreError::AlreadyExists)), "{second:?}");
}

/// The drivers quote the row of a key that exists already.
async fn an_error_never_shows_the_value(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 123_456_789_018, b"body").await.unwrap();
    let exists = add(&mut tx, OSAKA, 123_456_789_018, b"body").await.unwrap_err();
    assert_hidden(&exists, "123456789018");
}

/// PostgreSQL quotes a text that stands where a number belongs; SQLite takes what it can read of it.
#[tokio::test]
async fn an_error_never_shows_a_text_that_is_no_number() {
    let place = TestDatabase::postgres().await;
    let store = desk(&place).await;
    let mut tx = osaka(&store).await;
    let mistyped = on_connection!(&mut tx, conn => sqlx::query_scalar::<_, i64>(
            "SELECT CAST(CAST($1 AS TEXT) AS BIGINT)",
        )
        .bind("123456789018x")
        .fetch_one(conn)
        .await)
    .unwrap_err();
    assert!(mistyped.to_string().contains("123456789018x"), "the driver no longer quotes it");
    assert_hidden(&StoreError::from(mistyped), "123456789018");
}

fn assert_hidden(error: &StoreError, value: &str) {
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains(value), "{shown}");
    assert!(std::error::Error::source(error).is_none(), "{shown}");
}

async fn a_row_that_points_nowhere_is_refused(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = osaka(&store).await;
    let orphan = on_connection!(&mut tx, conn => sqlx::query(
            "INSERT INTO note (municipality_code, note, author, body) VALUES ($1, 1, 99, $2)",
        )
        .bind(OSAKA)
        .bind(b"body".as_slice())
        .execute(conn)
        .await
        .map(|_| ()));
    let refused = orphan.unwrap_err().into_database_error().unwrap();
    assert!(refused.is_foreign_key_violation(), "{refused}");
}

async fn ten_writers_queue_up(place: &TestDatabase) {
    let store = desk(place).await;
    // A second pool on the same database, as another role of the party has.
    let other = SCHEMA.open(place.database(), DESK, 10).await.unwrap();
    let writers: Vec<_> = (0..10)
        .map(|writer: i64| {
            let store = if writer % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move {
                for round in 0..20 {
                    let mut tx = osaka(&store).await;
                    add(&mut tx, OSAKA, writer * 100 + round, b"body").await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut tx = osaka(&store).await;
    assert_eq!(count(&mut tx).await.unwrap(), 200);
}

async fn a_reader_sees_one_state_while_others_write(place: &TestDatabase) {
    let store = desk(place).await;
    let mut reader = store.read().await.unwrap();
    reader.for_municipality(OSAKA).await.unwrap();
    assert_eq!(count(&mut reader).await.unwrap(), 0);
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&mut reader).await.unwrap(), 0);
    drop(reader);
    let mut later = store.read().await.unwrap();
    later.for_municipality(OSAKA).await.unwrap();
    assert_eq!(count(&mut later).await.unwrap(), 1);
}

/// SQLite rolls back by itself then, which the driver does not notice. The bound on pages is the connection's
/// own: the next one has room.
#[tokio::test]
async fn after_a_full_disk_the_only_connection_writes_again() {
    let place = TestDatabase::sqlite();
    SCHEMA.prepare(place.database()).await.unwrap();
    let store = SCHEMA.open(place.database(), DESK, 1).await.unwrap();
    let mut tx = osaka(&store).await;
    on_connection!(&mut tx, conn => sqlx::query("PRAGMA max_page_count = 1").execute(conn).await.map(|_| ()))
        .unwrap();
    let full = add(&mut tx, OSAKA, 1, &vec![7; 100_000]).await;
    assert!(matches!(full, Err(StoreError::Unavailable)), "{full:?}");
    drop(tx);
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 2, b"body").await.unwrap();
    tx.commit().await.unwrap();
}

async fn the_settings_are_durable(place: &TestDatabase) {
    let store = desk(place).await;
    let expected: &[(&str, &str)] = match store.kind() {
        Kind::Sqlite => &[
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("secure_delete", "1"),
            ("journal_size_limit", "67108864"),
            ("busy_timeout", "10000"),
        ],
        Kind::Postgres => &[("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")],
    };
    let expected: Vec<_> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(store.durability().await.unwrap(), expected);
}

async fn a_closed_store_is_unavailable(place: &TestDatabase) {
    let store = desk(place).await;
    store.close().await;
    assert!(matches!(store.write().await.map(Tx::commit).err(), Some(StoreError::Unavailable)));
    assert!(matches!(store.read().await.map(Tx::commit).err(), Some(StoreError::Unavailable)));
}

async fn the_clock_is_found_as_it_was_saved(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(clock_state::load(&mut tx).await.unwrap(), None);
    let running = pmh_domain::ClockState { virtual_ms: 1_700_000_000_000, real_ms: -1, frozen: false };
    clock_state::save(&mut tx, &running).await.unwrap();
    assert_eq!(clock_state::load(&mut tx).await.unwrap(), Some(running));
    let frozen = pmh_domain::ClockState { frozen: true, virtual_ms: 7, real_ms: 8 };
    clock_state::save(&mut tx, &frozen).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(clock_state::load(&mut tx).await.unwrap(), Some(frozen));
}

async fn a_setting_is_replaced_by_its_newest_value(place: &TestDatabase) {
    let store = desk(place).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(setting::find(&mut tx, "seed").await.unwrap(), None);
    setting::save(&mut tx, "seed", b"\0old").await.unwrap();
    setting::save(&mut tx, "seed", b"").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(setting::find(&mut tx, "seed").await.unwrap(), Some(Vec::new()));
    assert_eq!(setting::find(&mut tx, "other").await.unwrap(), None);
}
