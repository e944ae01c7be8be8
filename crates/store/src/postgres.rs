//! PostgreSQL: one schema and several roles per party.

mod names;
pub(crate) mod pipeline;
pub(crate) mod pipeline_tx;
mod prepare;
mod remove;
mod values;

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction, pool::PoolOptions,
    postgres::PgConnectOptions,
};

pub(crate) use names::Names;
pub use names::schema_name;
use pipeline::Pipeline;
pub(crate) use prepare::prepare;
pub(crate) use remove::remove;

use crate::{ACQUIRE_TIMEOUT_MS, PREPARED_STATEMENTS_MAX, Plans, Store, StoreError};

/// Begin a transaction.
pub(crate) const WRITE: &str = "BEGIN";
pub(crate) const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How long a statement waits for a row or table that somebody else holds.
pub const LOCK_TIMEOUT_MS: u64 = 10_000;

/// A connection that was idle for so long may be broken, and is tried before it is used.
const TESTED_AFTER: Duration = Duration::from_millis(500);

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)
        // The reason may repeat parts of the URL, which may hold a password.
        .map_err(|_| StoreError::Usage("the postgres:// URL cannot be read".to_owned()))?;
    Ok(options
        .application_name("pmh-sim")
        .statement_cache_capacity(PREPARED_STATEMENTS_MAX)
        .disable_statement_logging())
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let to = format!("{place}/{}", options.get_database().unwrap_or(options.get_username()));
    options.connect().await.map_err(|error| StoreError::connecting(error, &to))
}

pub(crate) async fn open(
    url: &str,
    names: &Names,
    (role, plans): (&str, Plans),
    connections: u32,
) -> Result<Store, StoreError> {
    let options = options(url)?;
    let become_role = names.become_role(role, plans);
    // Tried once before the pool: a pool would take a refusal for a server that is still starting, and wait.
    let mut first = connect(&options).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(become_role.clone())).execute(&mut first).await?;
    refuse_bypass(&mut first).await?;
    first.close().await?;
    let pipeline = Pipeline::new(&options, become_role.clone());
    let pool = PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, seen| {
            Box::pin(async move { Ok(seen.idle_for < TESTED_AFTER || connection.ping().await.is_ok()) })
        })
        .after_connect(move |connection, _| {
            let become_role = become_role.clone();
            Box::pin(async move {
                sqlx::raw_sql(sqlx::AssertSqlSafe(become_role)).execute(connection).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options);
    Ok(Store::Postgres { pool, pipeline })
}

/// In a task of its own, which ends also when whoever asked is gone: the driver does not know of a transaction whose
/// `BEGIN` is on its way when it is given up. The connection would go back inside of it, and whoever begins to write
/// there next would be refused as a reader.
pub(crate) async fn begin(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, StoreError> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    // Only a runtime that ends cancels it.
    Ok(begun.map_err(|_| StoreError::Unavailable)??)
}

/// Row-level security binds neither superusers nor roles with BYPASSRLS.
async fn refuse_bypass(connection: &mut PgConnection) -> Result<(), StoreError> {
    let (role, bypasses): (String, bool) = sqlx::query_as(
        "SELECT CAST(rolname AS TEXT), rolsuper OR rolbypassrls FROM pg_catalog.pg_roles \
         WHERE rolname = current_user",
    )
    .fetch_one(connection)
    .await?;
    if bypasses { Err(StoreError::BypassesRowSecurity { role }) } else { Ok(()) }
}

pub(crate) async fn durability(pool: &PgPool) -> Result<Vec<(String, String)>, StoreError> {
    let mut connection = pool.acquire().await?;
    let mut settings = Vec::new();
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&mut *connection).await?;
        settings.push((name.to_owned(), value));
    }
    Ok(settings)
}
