//! Copies of several files of SQLite, all of one moment.

use std::path::{Path, PathBuf};

use pmh_store::{Database, OWNER, PartySchema, Store, StoreError, copy_together, file_path, setting};
use tempfile::TempDir;
use tokio::sync::watch;

/// Between the two that are written to stand others, so that a moment passes between reading the one and the other.
const PARTIES: [&str; 26] = [
    "first", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t",
    "u", "v", "w", "x", "y", "second",
];
const COPIES: usize = 20;

async fn open(folder: &Path) -> [Store; 2] {
    let database = Database::Sqlite { folder: folder.to_owned() };
    let mut stores = Vec::new();
    for party in [PARTIES[0], PARTIES[25]] {
        stores.push(schema(party).open(&database, OWNER, 1).await.unwrap());
    }
    stores.try_into().ok().unwrap()
}

async fn prepare(folder: &Path) {
    let database = Database::Sqlite { folder: folder.to_owned() };
    for party in PARTIES {
        schema(party).prepare(&database).await.unwrap();
    }
}

fn schema(party: &'static str) -> PartySchema {
    PartySchema { party, migrations: &[], roles: &[] }
}

fn pairs(from: &Path, to: &Path) -> Vec<(PathBuf, PathBuf)> {
    for party in PARTIES {
        std::fs::File::create(file_path(to, party)).unwrap();
    }
    PARTIES.map(|party| (file_path(from, party), file_path(to, party))).to_vec()
}

async fn put(store: &Store, count: u64) {
    let mut tx = store.write().await.unwrap();
    setting::save(&mut tx, "count", &count.to_be_bytes()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn read(store: &Store) -> u64 {
    let mut tx = store.read().await.unwrap();
    let value = setting::find(&mut tx, "count").await.unwrap().unwrap();
    u64::from_be_bytes(value.try_into().unwrap())
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Whoever writes tells the second what the first has, as a party that acknowledges does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_beside_a_writer_are_of_one_moment() {
    let source = folder();
    prepare(source.path()).await;
    let stores = open(source.path()).await;
    put(&stores[0], 0).await;
    put(&stores[1], 0).await;
    let (stop, stopped) = watch::channel(false);
    let writer = tokio::spawn(async move {
        let mut count = 0;
        while !*stopped.borrow() {
            count += 1;
            put(&stores[0], count).await;
            put(&stores[1], count).await;
        }
        count
    });
    let mut ahead = Vec::new();
    for _ in 0..COPIES {
        let copy = folder();
        copy_together(&pairs(source.path(), copy.path())).await.unwrap();
        let [first, second] = open(copy.path()).await;
        ahead.push(read(&first).await.checked_sub(read(&second).await));
    }
    stop.send(true).unwrap();
    assert!(writer.await.unwrap() > 0);
    assert!(ahead.iter().all(|ahead| matches!(ahead, Some(0 | 1))), "{ahead:?}");
}

#[tokio::test]
async fn a_deleted_row_does_not_come_along_and_a_missing_file_is_told() {
    let (source, copy) = (folder(), folder());
    prepare(source.path()).await;
    let stores = open(source.path()).await;
    let secret = b"a value that must not come along";
    let mut tx = stores[0].write().await.unwrap();
    setting::save(&mut tx, "secret", secret).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = stores[0].write().await.unwrap();
    setting::save(&mut tx, "secret", b"gone").await.unwrap();
    tx.commit().await.unwrap();
    let files = pairs(source.path(), copy.path());
    copy_together(&files).await.unwrap();
    let bytes = std::fs::read(&files[0].1).unwrap();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    std::fs::remove_file(&files[25].0).unwrap();
    let again = folder();
    let refused = copy_together(&pairs(source.path(), again.path())).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unreachable(_)), "{refused}");
}
