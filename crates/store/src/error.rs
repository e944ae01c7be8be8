//! What can go wrong in a store, in words that a caller can act on.

use std::error::Error;
use std::fmt;

use sqlx::error::DatabaseError;
use tokio_postgres::types::WrongType;

/// Neither `Display` nor `Debug` shows a stored value, and there is no `source`: what the drivers print may
/// quote a row ("Key (…)=(…) already exists"). Any error is the end of the transaction: a failed
/// statement aborts it on PostgreSQL, though not on SQLite.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("already stored")]
    AlreadyExists,
    /// A row names another one that is not there, or another one still names it. Of the hub: a key version that was
    /// destroyed, or one under which rows are left.
    #[error("a row and what it refers to do not fit")]
    Referenced,
    /// Deadlock, serialisation failure, lock or pool time-out. Nothing was stored; ask again.
    #[error("the database is busy")]
    Busy,
    /// The connection is gone. Whether a commit under way took effect is not known.
    #[error("the database is not available")]
    Unavailable,
    /// The role has no grant, or row-level security refused the row.
    #[error("the database role is not allowed to do that")]
    NotAllowed,
    /// A stored value cannot be what this program wrote.
    #[error("stored data is inconsistent: {table}.{column}")]
    Inconsistent { table: &'static str, column: &'static str },
    /// The connecting user may not make roles or schemas. `sql` is for the administrator.
    #[error("the database user may not make the roles and the schema; let an administrator run:\n{sql}")]
    MissingRights { sql: String },
    /// The role that would run the statements is not bound by row-level security.
    #[error(
        "role \"{role}\" is a superuser or bypasses row-level security; the program does not run as such a role"
    )]
    BypassesRowSecurity { role: String },
    /// A migration that was already applied has another text or name now.
    #[error("migration {version} of {party} was changed after it had been applied")]
    EditedMigration { party: &'static str, version: i64 },
    /// The database was prepared by a newer program.
    #[error("the database of {party} is at migration {version}, which this program does not know")]
    NewerDatabase { party: &'static str, version: i64 },
    /// No connection could be made; the text says where and why, without a password.
    #[error("cannot connect to the database: {0}")]
    Unreachable(String),
    #[error("{0}")]
    Usage(String),
    /// In words that name objects of the schema alone.
    #[error("database error: {0}")]
    Statement(String),
    #[error("database error: {}", shown(.0))]
    Driver(sqlx::Error),
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreError({self})")
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => match meaning(database.as_ref()) {
                Some(known) => known,
                None => Self::Driver(error),
            },
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable,
            _ => Self::Driver(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, text) = error else {
            return Self::Statement("the driver failed".to_owned());
        };
        let code = failure.extended_code.unsigned_abs();
        sqlite_meaning(code).unwrap_or_else(|| {
            Self::Statement(format!("{} (code {code})", text.unwrap_or_else(|| failure.to_string())))
        })
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(told) = error.as_db_error() {
            let code = told.code().code();
            return postgres_meaning(code)
                .unwrap_or_else(|| Self::Statement(postgres_text(code, told.message())));
        }
        // Of the others only a value of a wrong kind is not about the connection.
        match error.source() {
            Some(source) if source.is::<WrongType>() => Self::Statement("the driver failed".to_owned()),
            _ => Self::Unavailable,
        }
    }
}

impl StoreError {
    pub(crate) fn undecoded(column: usize) -> Self {
        Self::Statement(format!("column {column} cannot be decoded"))
    }

    /// For the first connection: the operator must learn why, and no row can stand in the text yet.
    pub(crate) fn connecting(error: sqlx::Error, to: &str) -> Self {
        match Self::from(error) {
            Self::Driver(error) => Self::Unreachable(format!("{to}: {}", shown(&error))),
            Self::Unavailable => Self::Unreachable(format!("{to}: no answer")),
            Self::NotAllowed => Self::Unreachable(format!("{to}: the server refused the user")),
            other => other,
        }
    }
}

fn meaning(error: &dyn DatabaseError) -> Option<StoreError> {
    let code = error.code()?;
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return sqlite_meaning(code.parse().ok()?);
    }
    postgres_meaning(&code)
}

/// Of a SQLSTATE: <https://www.postgresql.org/docs/15/errcodes-appendix.html>
fn postgres_meaning(code: &str) -> Option<StoreError> {
    match (code.get(..2)?, code) {
        (_, "23505") => Some(StoreError::AlreadyExists),
        (_, "23503") => Some(StoreError::Referenced),
        ("40", _) | (_, "55P03" | "57014") => Some(StoreError::Busy),
        ("08" | "53", _) | (_, "57P01" | "57P02" | "57P03") => Some(StoreError::Unavailable),
        (_, "42501") => Some(StoreError::NotAllowed),
        _ => None,
    }
}

/// Of an extended result code; its low byte is the primary one: <https://www.sqlite.org/rescode.html>
fn sqlite_meaning(code: u32) -> Option<StoreError> {
    match (code, code & 0xff) {
        // Of a unique index, of a primary key, of a row's number.
        (2067 | 1555 | 2579, _) => Some(StoreError::AlreadyExists),
        (787, _) => Some(StoreError::Referenced),
        (_, 5 | 6) => Some(StoreError::Busy),
        (_, 10 | 13 | 14) => Some(StoreError::Unavailable),
        (_, 3 | 8 | 23) => Some(StoreError::NotAllowed),
        _ => None,
    }
}

/// The driver's text where it names only objects of the schema.
fn shown(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::Io(io) => io.to_string(),
            sqlx::Error::ColumnDecode { index, .. } => format!("column {index} cannot be decoded"),
            sqlx::Error::ColumnNotFound(column) => format!("no column {column}"),
            sqlx::Error::ColumnIndexOutOfBounds { index, len } => format!("no column {index} of {len}"),
            sqlx::Error::RowNotFound => "no row".to_owned(),
            sqlx::Error::Configuration(_) => "the URL cannot be read".to_owned(),
            _ => "the driver failed".to_owned(),
        };
    };
    postgres_text(&database.code().unwrap_or_default(), database.message())
}

fn postgres_text(code: &str, message: &str) -> String {
    // Data exceptions (22) and raised errors (P0) of PostgreSQL quote values.
    if code.len() == 5 && (code.starts_with("22") || code.starts_with("P0")) {
        return format!("SQLSTATE {code}");
    }
    format!("{message} (code {code})")
}
