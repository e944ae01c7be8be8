//! Takes a party's schema and roles away again: a world that was only tried leaves nothing on the server.

use sqlx::{AssertSqlSafe, Connection};

use crate::StoreError;

use super::{Names, connect, options};

pub(crate) async fn remove(url: &str, names: &Names) -> Result<(), StoreError> {
    let mut connection = connect(&options(url)?).await?;
    let mut statements = vec![format!("DROP SCHEMA IF EXISTS \"{}\" CASCADE", names.schema())];
    for role in names.roles() {
        let exists: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1)")
                .bind(&role)
                .fetch_one(&mut connection)
                .await?;
        if exists {
            statements.push(format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\""));
        }
    }
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}
