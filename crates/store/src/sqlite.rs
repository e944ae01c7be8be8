//! SQLite: one file per party.

pub(crate) mod copy;
pub(crate) mod direct;

use std::{
    collections::HashMap,
    fs::{DirBuilder, OpenOptions, Permissions, set_permissions},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection, SqlitePool,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use self::direct::Direct;
use crate::writers::Writers;
use crate::{ACQUIRE_TIMEOUT_MS, PREPARED_STATEMENTS_MAX, PartySchema, Store, StoreError, Tx, migration};

/// How long a statement waits for another process's lock.
pub const BUSY_TIMEOUT_MS: u64 = 10_000;

/// A write-ahead log that grew beyond this is cut back to it at the next checkpoint. A reader that never ends
/// keeps it growing.
pub const WAL_BYTES_MAX: u64 = 64 << 20;

/// How long cutting the log waits for readers; writers wait with it.
const TRUNCATE_TIMEOUT_MS: u64 = 500;

/// Writers take turns, so few connections serve all readers beside one of them. Each keeps pages and prepared statements
/// of its own, some megabytes of memory.
const CONNECTIONS_MAX: u32 = 4;

/// Rows that wait on their way from the thread that reads them. With fewer than a long list has, the two threads would
/// wake each other for each of them.
const ROWS_ON_THE_WAY_MAX: usize = 512;

/// Pages that the connection of the writers keeps, in KiB. What another connection has written makes a connection
/// read its pages anew, so all writers share one.
const WRITER_CACHE_KIB: u32 = 16 << 10;

/// The file of a party.
pub fn file_path(folder: &Path, party: &str) -> PathBuf {
    folder.join(format!("{party}.sqlite"))
}

pub(crate) async fn prepare(schema: &PartySchema, folder: &Path) -> Result<(), StoreError> {
    let path = file_path(folder, schema.party);
    make_private_file(folder, &path).map_err(|error| {
        StoreError::Unreachable(format!("{} cannot be made: {}", path.display(), error.kind()))
    })?;
    let pool = pool(options(&path), 1).await?;
    let transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut tx = Tx::Sqlite { transaction, turn: None };
    migration::apply(&mut tx, schema, str::to_owned).await?;
    tx.commit().await?;
    pool.close().await;
    Ok(())
}

pub(crate) async fn open(schema: &PartySchema, folder: &Path, connections: u32) -> Result<Store, StoreError> {
    let path = file_path(folder, schema.party);
    let pool = pool(options(&path), connections.min(CONNECTIONS_MAX)).await?;
    let cache = format!("-{WRITER_CACHE_KIB}");
    let writer = pool_of(options(&path).pragma("cache_size", cache), 1);
    Ok(Store::Sqlite { pool, writer, direct: Direct::new(&path), writers: writers_of(&path)? })
}

/// Only the owner reads it. SQLite gives its log and index the same permissions.
fn make_private_file(folder: &Path, path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    set_permissions(path, Permissions::from_mode(0o600))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", WAL_BYTES_MAX.to_string())
        .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        .statement_cache_capacity(PREPARED_STATEMENTS_MAX)
        .row_buffer_size(ROWS_ON_THE_WAY_MAX)
        .disable_statement_logging()
}

async fn pool(options: SqliteConnectOptions, connections: u32) -> Result<SqlitePool, StoreError> {
    let first = options.connect().await;
    let first = first
        .map_err(|error| StoreError::connecting(error, &options.get_filename().display().to_string()))?;
    let pool = pool_of(options, connections);
    first.close().await?;
    Ok(pool)
}

fn pool_of(options: SqliteConnectOptions, connections: u32) -> SqlitePool {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
        // A file does not go away, and after a release each was asked.
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(is_out_of_transactions(connection)))
        .connect_lazy_with(options)
}

/// A full disk makes SQLite roll back by itself. The driver's own roll-back then fails, it goes on counting the
/// transaction, and the connection would refuse to begin another for ever: `false` closes it.
async fn is_out_of_transactions(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A roll-back that a dropped transaction asked for stands in the queue before this.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Several pools of this process may be open on one file, as one per role; their writers share one queue.
fn writers_of(path: &Path) -> Result<Arc<Writers>, StoreError> {
    static WRITERS: Mutex<Option<HashMap<PathBuf, Weak<Writers>>>> = Mutex::new(None);

    let path = path.canonicalize().map_err(|_| StoreError::Unavailable)?;
    // No code that can panic runs under the lock.
    let mut writers = WRITERS.lock().unwrap_or_else(PoisonError::into_inner);
    let writers = writers.get_or_insert_default();
    writers.retain(|_, queue| queue.strong_count() > 0);
    if let Some(queue) = writers.get(&path).and_then(Weak::upgrade) {
        return Ok(queue);
    }
    let queue = Arc::new(Writers::default());
    writers.insert(path, Arc::downgrade(&queue));
    Ok(queue)
}

/// On a connection of its own, which is impatient: those of the pool stay as they are.
pub(crate) async fn truncate_wal(pool: &SqlitePool) -> Result<(), StoreError> {
    let options = pool.connect_options().as_ref().clone();
    let mut connection = options.busy_timeout(Duration::from_millis(TRUNCATE_TIMEOUT_MS)).connect().await?;
    let (busy, _, _): (i64, i64, i64) =
        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await?;
    connection.close().await?;
    if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
}

pub(crate) async fn durability(pool: &SqlitePool) -> Result<Vec<(String, String)>, StoreError> {
    let mut connection = pool.acquire().await?;
    let journal_mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    let mut settings = vec![("journal_mode".to_owned(), journal_mode)];
    for (name, pragma) in [
        ("synchronous", "PRAGMA synchronous"),
        ("foreign_keys", "PRAGMA foreign_keys"),
        ("secure_delete", "PRAGMA secure_delete"),
        ("journal_size_limit", "PRAGMA journal_size_limit"),
        ("busy_timeout", "PRAGMA busy_timeout"),
    ] {
        let value: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *connection).await?;
        settings.push((name.to_owned(), value.to_string()));
    }
    Ok(settings)
}
