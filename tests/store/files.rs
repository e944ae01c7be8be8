//! The file of SQLite.

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use pmh_store::{Bind, Database, Query, Statements, StoreError, file_path};

use super::note::{OSAKA, SCHEMA, add, count, desk, osaka};
use crate::support::TestDatabase;

fn path(place: &TestDatabase) -> PathBuf {
    match place.database() {
        Database::Sqlite { folder } => file_path(folder, SCHEMA.party),
        Database::Postgres { .. } => panic!("PostgreSQL has no file of ours"),
    }
}

fn wal(place: &TestDatabase) -> PathBuf {
    path(place).with_extension("sqlite-wal")
}

fn mode(path: PathBuf) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_reads_the_file_and_its_log() {
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(mode(path(&place)), 0o600);
    assert_eq!(mode(wal(&place)), 0o600);
    std::fs::set_permissions(path(&place), std::fs::Permissions::from_mode(0o644)).unwrap();
    SCHEMA.prepare(place.database()).await.unwrap();
    assert_eq!(mode(path(&place)), 0o600);
}

#[tokio::test]
async fn a_deleted_row_is_in_no_file_after_the_log_is_cut() {
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let secret = b"a value that must go";
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, secret).await.unwrap();
    tx.commit().await.unwrap();
    let holds = |path: PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(secret.len()).any(|window| window == secret)
    };
    assert!(holds(wal(&place)) || holds(path(&place)));
    let mut tx = osaka(&store).await;
    pmh_store::on_connection!(&mut tx, conn => sqlx::query("DELETE FROM note").execute(conn).await.map(|_| ())).unwrap();
    tx.commit().await.unwrap();
    store.truncate_wal().await.unwrap();
    assert_eq!(std::fs::metadata(wal(&place)).unwrap().len(), 0);
    assert!(!holds(path(&place)));
}

#[tokio::test]
async fn the_log_is_not_cut_under_a_reader() {
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(count(&mut reader).await.unwrap(), 0);
    let mut tx = osaka(&store).await;
    add(&mut tx, OSAKA, 1, b"body").await.unwrap();
    tx.commit().await.unwrap();
    let cut = store.truncate_wal().await;
    assert!(matches!(cut, Err(StoreError::Busy)), "{cut:?}");
    drop(reader);
}

/// Commits of many questions do not copy the log into the file; without somebody who does it would grow for ever.
#[tokio::test]
async fn the_log_of_many_questions_begins_anew_while_it_goes_on() {
    const COMMITS_MAX: i64 = 20_000;
    let place = TestDatabase::sqlite();
    let store = desk(&place).await;
    // The salts of the log's header are drawn anew each time it begins: https://www.sqlite.org/fileformat2.html
    let salts = || std::fs::read(wal(&place)).unwrap()[16..24].to_vec();
    let mut seen = HashSet::new();
    for author in 0..COMMITS_MAX {
        let mut tx = store.write_together().await.unwrap();
        let add = "INSERT INTO author (municipality_code, author) VALUES ($1, $2)";
        tx.run(&Query::new(add, vec![Bind::Text(OSAKA), Bind::Integer(author)])).await.unwrap();
        tx.commit().await.unwrap();
        seen.insert(salts());
        if seen.len() == 3 {
            return;
        }
    }
    panic!("{COMMITS_MAX} commits stand in one log");
}
