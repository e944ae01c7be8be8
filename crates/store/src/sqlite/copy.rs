//! Copies of several files as they all stand at one moment, beside programs that go on writing.
//!
//! Why not SQLite's backup API or `VACUUM INTO`: each copies one file, and begins when it begins. Copies of different
//! moments would hold an acknowledgement without what it acknowledged. Here every file's write lock is held for as
//! long as it takes to begin a reading transaction on each; then writers go on, and the rows are read out of what
//! stood at that moment. Like `VACUUM INTO` this copies rows and not pages, so that no deleted row comes along.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pmh_domain::ClockState;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use super::BUSY_TIMEOUT_MS;
use crate::StoreError;

/// How often a lock that somebody else holds is waited for, each time for [`BUSY_TIMEOUT_MS`].
const LOCK_TRIES: u32 = 12;

/// What a copy says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub schema_version: i64,
    /// `None`: the clock was never changed.
    pub clock: Option<ClockState>,
}

/// Copies each first file to the second one, which is there and empty. Not synced to disk.
pub async fn copy_together(files: &[(PathBuf, PathBuf)]) -> Result<Vec<Copied>, StoreError> {
    let mut writers = Vec::new();
    let mut readers = Vec::new();
    for (source, target) in files {
        writers.push(connect(options(source)).await?);
        readers.push(attach(source, target).await?);
    }
    lock_all(&mut writers).await?;
    for reader in &mut readers {
        // Only a reading fixes what is seen.
        run(reader, "BEGIN; SELECT COUNT(*) FROM source.sqlite_schema").await?;
    }
    for mut writer in writers {
        run(&mut writer, "ROLLBACK").await?;
        writer.close().await?;
    }
    let mut copied = Vec::new();
    for (mut reader, (source, _)) in readers.into_iter().zip(files) {
        copy_rows(&mut reader).await?;
        run(&mut reader, "COMMIT").await?;
        check(&mut reader, source).await?;
        copied.push(describe(&mut reader).await?);
        reader.close().await?;
    }
    Ok(copied)
}

/// Takes the write lock of every file. One whose writers leave no gap is waited for first, while no other is held.
async fn lock_all(writers: &mut [SqliteConnection]) -> Result<(), StoreError> {
    let mut tries = LOCK_TRIES;
    let mut locked = 0;
    while let Some(writer) = writers.get_mut(locked) {
        match run(writer, "BEGIN IMMEDIATE").await {
            Ok(()) => locked += 1,
            Err(StoreError::Busy) if tries > 1 => {
                tries -= 1;
                for writer in &mut writers[..locked] {
                    run(writer, "ROLLBACK").await?;
                }
                writers[..=locked].rotate_right(1);
                locked = 0;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn connect(options: SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let path = options.get_filename().display().to_string();
    options.connect().await.map_err(|error| StoreError::connecting(error, &path))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false)
        .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        .disable_statement_logging()
}

/// A copy that is not finished is nothing: its own log would be wasted, and the caller syncs the finished file.
async fn attach(source: &Path, target: &Path) -> Result<SqliteConnection, StoreError> {
    let name = source.to_str().ok_or_else(|| {
        StoreError::Usage(format!("the path {} is not written in Unicode", source.display()))
    })?;
    let unlogged = options(target).journal_mode(SqliteJournalMode::Off).synchronous(SqliteSynchronous::Off);
    let mut connection = connect(unlogged).await?;
    sqlx::query("ATTACH DATABASE $1 AS source").bind(name).execute(&mut connection).await?;
    Ok(connection)
}

/// Tables with their rows first: an index over rows that stand is built in one go.
async fn copy_rows(copy: &mut SqliteConnection) -> Result<(), StoreError> {
    let objects: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT type, name, sql FROM source.sqlite_schema \
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY type <> 'table', rowid",
    )
    .fetch_all(&mut *copy)
    .await?;
    for (kind, name, sql) in objects {
        run(copy, &sql).await?;
        if kind == "table" {
            let name = name.replace('"', "\"\"");
            run(copy, &format!("INSERT INTO main.\"{name}\" SELECT * FROM source.\"{name}\"")).await?;
        }
    }
    Ok(())
}

/// A source that was damaged may be read without an error.
async fn check(copy: &mut SqliteConnection, source: &Path) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("PRAGMA main.quick_check(1)").fetch_one(&mut *copy).await?;
    let dangling = sqlx::query("PRAGMA main.foreign_key_check").fetch_optional(&mut *copy).await?;
    if found == "ok" && dangling.is_none() {
        return Ok(());
    }
    Err(StoreError::Usage(format!("{} is damaged: its rows do not hold together", source.display())))
}

async fn describe(copy: &mut SqliteConnection) -> Result<Copied, StoreError> {
    let schema_version =
        sqlx::query_scalar("SELECT MAX(version) FROM main.schema_version").fetch_one(&mut *copy).await?;
    let clock: Option<(i64, i64, i64)> =
        sqlx::query_as("SELECT virtual_ms, real_ms, frozen FROM main.clock_state WHERE clock = 1")
            .fetch_optional(&mut *copy)
            .await?;
    let clock =
        clock.map(|(virtual_ms, real_ms, frozen)| ClockState { virtual_ms, real_ms, frozen: frozen == 1 });
    Ok(Copied { schema_version, clock })
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(|_| ())?;
    Ok(())
}
