//! A connection whose statements are calls. The driver of all others carries each out on a thread of its own and hands
//! over every value of every row as a copy: for a transaction of many small rows dearer than the work itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, Row, ToSql};

use super::{BUSY_TIMEOUT_MS, WAL_BYTES_MAX};
use crate::statements::{Bind, Columns, Query, Statements};
use crate::writers::WriteTurn;
use crate::{Kind, PREPARED_STATEMENTS_MAX, StoreError};

/// Pages that it keeps, in KiB: those that stand in the log alone, which is copied after some 5 MiB. All others are mapped.
const CACHE_KIB: u32 = 8 << 10;

/// How much of the file is mapped at most.
const MAPPED_BYTES_MAX: u64 = 16 << 30;

/// Commits after which the log is copied into the file.
const COMMITS_TO_COPY: u32 = 64;

/// One connection to a file, opened when it is first needed. Whoever writes has the turn to, so no other writer wants
/// it; who would read while it is in use opens one more.
pub struct Direct {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// While nobody uses it.
    connection: Option<Connection>,
    closed: bool,
    log: Log,
}

/// Where the write-ahead log is with being copied into the file. The commit that makes it too long would do that while
/// everybody waits: some thousand pages and two flushes. So another connection copies beside the writer, who has the
/// rest to do: what was committed meanwhile. The log begins anew only where nothing is left.
enum Log {
    Grows { commits: u32 },
    IsCopied,
    HasRest,
}

impl Default for Log {
    fn default() -> Self {
        Self::Grows { commits: 0 }
    }
}

/// A transaction on it. Its statements keep the thread until they are done.
pub struct DirectTx {
    home: Arc<Direct>,
    /// Present until it goes back.
    connection: Option<Connection>,
    /// Who looks something up has none, and is in no transaction.
    turn: Option<WriteTurn>,
}

impl Direct {
    pub(super) fn new(path: &Path) -> Arc<Self> {
        Arc::new(Self { path: path.to_owned(), state: Mutex::default() })
    }

    pub(crate) fn begin_to_write(self: &Arc<Self>, turn: WriteTurn) -> Result<DirectTx, StoreError> {
        let connection = self.take()?;
        if matches!(self.lock().log, Log::HasRest) {
            copy_log(&connection);
            self.lock().log = Log::default();
        }
        let begun = DirectTx { home: Arc::clone(self), connection: Some(connection), turn: Some(turn) };
        begun.prepared("BEGIN IMMEDIATE")?.raw_execute()?;
        Ok(begun)
    }

    /// Each of its statements is a transaction of its own.
    pub(crate) fn look_up(self: &Arc<Self>) -> Result<DirectTx, StoreError> {
        Ok(DirectTx { home: Arc::clone(self), connection: Some(self.take()?), turn: None })
    }

    /// The idle connection, or one more.
    fn take(&self) -> Result<Connection, StoreError> {
        let idle = {
            let mut state = self.lock();
            if state.closed {
                return Err(StoreError::Unavailable);
            }
            state.connection.take()
        };
        idle.map_or_else(|| self.open(), Ok)
    }

    pub(crate) fn close(&self) {
        *self.lock() = State { closed: true, ..State::default() };
    }

    fn note_commit(self: &Arc<Self>) {
        let mut state = self.lock();
        let Log::Grows { commits } = &mut state.log else { return };
        *commits += 1;
        if *commits < COMMITS_TO_COPY {
            return;
        }
        state.log = Log::IsCopied;
        drop(state);
        let home = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            match home.open() {
                Ok(connection) => copy_log(&connection),
                Err(error) => tracing::warn!(%error, "nobody can copy the write-ahead log"),
            }
            home.lock().log = Log::HasRest;
        });
    }

    /// As the connections of the pool are opened.
    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        // Not more than there is: when a mapping grows, all of it is mapped anew.
        let mapped = std::fs::metadata(&self.path).map_or(0, |file| file.len().min(MAPPED_BYTES_MAX));
        connection.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))?;
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA secure_delete = ON; PRAGMA journal_size_limit = {WAL_BYTES_MAX}; \
             PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = {mapped};"
        ))?;
        connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS_MAX);
        Ok(connection)
    }

    /// No code that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DirectTx {
    fn prepared(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        let connection = self.connection.as_ref().expect("it goes back when this is dropped");
        Ok(connection.prepare_cached(sql)?)
    }

    fn bound(&self, query: &Query<'_>) -> Result<CachedStatement<'_>, StoreError> {
        let mut statement = self.prepared(&query.text_of_rows(Kind::Sqlite))?;
        for (bind, at) in query.binds.iter().zip(1..) {
            statement.raw_bind_parameter(at, bind)?;
        }
        for at in query.binds.len()..query.filled() {
            statement.raw_bind_parameter(at + 1, Null)?;
        }
        Ok(statement)
    }
}

impl Statements for DirectTx {
    async fn run(&mut self, query: &Query<'_>) -> Result<u64, StoreError> {
        let touched = self.bound(query)?.raw_execute()?;
        Ok(u64::try_from(touched).expect("rows are counted in 64 bits"))
    }

    async fn fetch<T: Send>(
        &mut self,
        query: &Query<'_>,
        mut map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.bound(query)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::with_capacity(query.binds.len());
        while let Some(row) = rows.next()? {
            found.push(map(row)?);
        }
        Ok(found)
    }

    async fn commit(self) -> Result<(), StoreError> {
        if self.turn.is_some() {
            self.prepared("COMMIT")?.raw_execute()?;
            self.home.note_commit();
        }
        Ok(())
    }
}

impl Drop for DirectTx {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Committed, or rolled back by SQLite itself, as it does on a full disk.
        let is_over = || connection.is_autocommit();
        if is_over() || (connection.execute_batch("ROLLBACK").is_ok() && is_over()) {
            let mut state = self.home.lock();
            if !state.closed {
                state.connection = Some(connection);
            }
        }
    }
}

/// What cannot be copied now stays in the log and is copied later.
fn copy_log(connection: &Connection) {
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)") {
        tracing::warn!(error = %StoreError::from(error), "the write-ahead log was not copied");
    }
}

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Columns for Row<'_> {
    fn integer(&self, at: usize) -> Result<i64, StoreError> {
        self.get_ref(at)?.as_i64().map_err(|_| StoreError::undecoded(at))
    }

    fn text(&self, at: usize) -> Result<&str, StoreError> {
        self.get_ref(at)?.as_str().map_err(|_| StoreError::undecoded(at))
    }

    fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
        self.get_ref(at)?.as_blob().map_err(|_| StoreError::undecoded(at))
    }

    fn optional_bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError> {
        self.get_ref(at)?.as_blob_or_null().map_err(|_| StoreError::undecoded(at))
    }
}
