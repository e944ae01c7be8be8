//! Makes roles, schema, tables and grants of a party, all in one transaction.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection, PgPool, error::DatabaseError, pool::PoolOptions};

use crate::{ACQUIRE_TIMEOUT_MS, OWNER, PartySchema, StoreError, Tx, dialect, migration};

use super::{Names, connect, options, refuse_bypass};

/// Held until the end of the transaction by whoever prepares a schema in this database ("pmh-sim").
const PREPARE_LOCK: i64 = 0x70_6d68_2d73_696d;

/// How long one program waits for another that is migrating.
const PREPARE_TIMEOUT_MS: u64 = 60_000;

/// Roles belong to the whole server and the lock only to one database: a world of the same name in another
/// database may make them at the same moment. Then a second look finds them.
const LOOKS_MAX: usize = 3;

/// On what every party has.
const BASE_GRANTS: &[&str] = &[
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT ON schema_version TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON clock_state, setting TO {role}",
];

pub(crate) async fn prepare(schema: &PartySchema, url: &str, world: &str) -> Result<(), StoreError> {
    let names = Names::new(schema, world)?;
    let options = options(url)?;
    // Tried once before the pool: a pool would wait for a server that refuses.
    drop(connect(&options).await?);
    let pool = PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
        .connect_lazy_with(options);
    let mut looks = 1;
    loop {
        match prepare_once(&pool, schema, &names).await {
            Ok(()) => break,
            Err(Failure::MadeByAnother) if looks < LOOKS_MAX => looks += 1,
            Err(Failure::MadeByAnother) => return Err(StoreError::Busy),
            Err(Failure::Store(error)) => return Err(error),
        }
    }
    pool.close().await;
    Ok(())
}

enum Failure {
    MadeByAnother,
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

async fn prepare_once(pool: &PgPool, schema: &PartySchema, names: &Names) -> Result<(), Failure> {
    let mut transaction = pool.begin().await?;
    run(&mut transaction, format!("SET LOCAL lock_timeout TO {PREPARE_TIMEOUT_MS}")).await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(PREPARE_LOCK).execute(&mut *transaction).await?;
    make_missing(&mut transaction, names).await?;
    run(
        &mut transaction,
        format!("SET LOCAL ROLE \"{}\"; SET LOCAL search_path TO \"{}\"", names.role(OWNER), names.schema()),
    )
    .await?;
    refuse_bypass(&mut transaction).await?;
    let mut tx = Tx::Postgres(transaction);
    migration::apply(&mut tx, schema, |text| names.complete(text)).await?;
    grant(&mut tx, schema, names).await?;
    tx.commit().await?;
    Ok(())
}

/// Roles, their membership and the schema. All that is missing is known before the first statement runs, so
/// that the administrator is given the whole list.
async fn make_missing(connection: &mut PgConnection, names: &Names) -> Result<(), Failure> {
    let missing = list_missing(connection, names).await?;
    for statement in &missing {
        if let Err(error) = run(connection, statement.clone()).await {
            return Err(refused(error, &missing));
        }
    }
    Ok(())
}

fn refused(error: sqlx::Error, missing: &[String]) -> Failure {
    let code = error.as_database_error().and_then(DatabaseError::code);
    match code.as_deref() {
        Some("42501") => {
            Failure::Store(StoreError::MissingRights { sql: format!("{};", missing.join(";\n")) })
        }
        // duplicate_object, unique_violation in pg_authid, "tuple concurrently updated"
        Some("42710" | "23505" | "XX000") => Failure::MadeByAnother,
        _ => error.into(),
    }
}

async fn list_missing(connection: &mut PgConnection, names: &Names) -> Result<Vec<String>, sqlx::Error> {
    let user: String =
        sqlx::query_scalar("SELECT quote_ident(current_user)").fetch_one(&mut *connection).await?;
    let mut missing = Vec::new();
    for role in names.roles() {
        let exists: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1)")
                .bind(&role)
                .fetch_one(&mut *connection)
                .await?;
        if !exists {
            missing.push(format!(
                "CREATE ROLE \"{role}\" NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
            ));
        }
        if !is_member(connection, &role).await? {
            missing.push(format!("GRANT \"{role}\" TO {user}"));
        }
    }
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)")
            .bind(names.schema())
            .fetch_one(&mut *connection)
            .await?;
    if !exists {
        missing.push(format!("CREATE SCHEMA \"{}\" AUTHORIZATION \"{}\"", names.schema(), names.role(OWNER)));
    }
    Ok(missing)
}

/// From PostgreSQL 16 a membership may lack the right to `SET ROLE`; before, every one has it and there is no
/// such column. Going through JSON reads it on both.
async fn is_member(connection: &mut PgConnection, role: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_auth_members m \
           JOIN pg_catalog.pg_roles granted ON granted.oid = m.roleid \
           JOIN pg_catalog.pg_roles member ON member.oid = m.member \
          WHERE granted.rolname = $1 AND member.rolname = current_user \
            AND COALESCE(to_jsonb(m) ->> 'set_option', 'true') = 'true')",
    )
    .bind(role)
    .fetch_one(connection)
    .await
}

/// Withdraws everything first: a grant that left the program leaves the database, too.
async fn grant(tx: &mut Tx, schema: &PartySchema, names: &Names) -> Result<(), StoreError> {
    for role in schema.roles.iter().filter(|role| role.name != OWNER) {
        let revoke = "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}";
        let real_name = format!("\"{}\"", names.role(role.name));
        for statement in [revoke].iter().chain(BASE_GRANTS).chain(role.grants) {
            dialect::run_script(tx, names.complete(&statement.replace("{role}", &real_name))).await?;
        }
    }
    Ok(())
}

async fn run(connection: &mut PgConnection, script: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(script)).execute(connection).await.map(|_| ())
}
