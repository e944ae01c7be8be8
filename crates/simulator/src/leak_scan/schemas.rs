//! Columns of PostgreSQL, read by SQL: what a stolen dump would have.

use std::collections::BTreeMap;

use pmh_store::StoreError;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};

use super::{Scanned, Scanner};

/// Names of a table's columns.
#[derive(Default)]
struct Columns {
    of_bytes: Vec<String>,
    others: Vec<String>,
}

impl Scanner {
    /// Every column of every table of every schema that begins so. Needs a superuser, who alone sees past row-level
    /// security: any other user's rows would be a scan that skips.
    pub async fn schemas(&self, url: &str, beginning: &str, scanned: &mut Scanned) -> Result<(), StoreError> {
        let options: sqlx::postgres::PgConnectOptions =
            url.parse().map_err(|_| StoreError::Usage("the postgres:// URL cannot be read".to_owned()))?;
        let mut connection = options.connect().await?;
        demand_superuser(&mut connection).await?;
        for ((schema, table), columns) in tables(&mut connection, beginning).await? {
            let place = format!("{schema}.{table}");
            // Bytes as bytes: in hexadecimal they would have runs of digits that are nobody's number.
            let sql = format!(
                "SELECT {} FROM \"{schema}\".\"{table}\"",
                [vec![format!("CONCAT_WS(' ', {})", columns.others.join(", "))], columns.of_bytes.clone()]
                    .concat()
                    .join(", "),
            );
            for row in sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await? {
                let text: String = row.try_get(0)?;
                self.part(text.as_bytes(), &place, scanned);
                for column in 1..=columns.of_bytes.len() {
                    let bytes: Option<Vec<u8>> = row.try_get(column)?;
                    self.part(&bytes.unwrap_or_default(), &place, scanned);
                }
            }
            scanned.places += 1;
        }
        connection.close().await?;
        Ok(())
    }
}

async fn tables(
    connection: &mut PgConnection,
    beginning: &str,
) -> Result<BTreeMap<(String, String), Columns>, StoreError> {
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT CAST(nspname AS TEXT), CAST(relname AS TEXT), quote_ident(attname), \
                atttypid = CAST('bytea' AS regtype) \
         FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace \
         WHERE starts_with(nspname, $1) AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped",
    )
    .bind(beginning)
    .fetch_all(connection)
    .await?;
    let mut tables: BTreeMap<(String, String), Columns> = BTreeMap::new();
    for (schema, table, column, is_bytes) in columns {
        let of_table = tables.entry((schema, table)).or_default();
        if is_bytes {
            of_table.of_bytes.push(column);
        } else {
            of_table.others.push(column);
        }
    }
    // CONCAT_WS takes at least one.
    for columns in tables.values_mut().filter(|columns| columns.others.is_empty()) {
        columns.others.push("''".to_owned());
    }
    Ok(tables)
}

async fn demand_superuser(connection: &mut PgConnection) -> Result<(), StoreError> {
    let superuser: bool = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&mut *connection)
        .await?;
    if superuser {
        return Ok(());
    }
    Err(StoreError::Usage(
        "the leak scan reads every row, which takes a superuser's URL on PostgreSQL".to_owned(),
    ))
}
