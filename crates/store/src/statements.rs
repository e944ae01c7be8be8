//! Statements written once for a [`Tx`] and for the [`GroupTx`](crate::GroupTx) of many questions.

use sqlx::Row;

use crate::{StoreError, Tx, carried_out, on_connection};

/// A value on its way into a statement.
#[derive(Clone, Copy)]
pub enum Bind<'a> {
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A statement that finds rows, and its values.
pub struct Query<'a> {
    pub sql: String,
    pub binds: Vec<Bind<'a>>,
}

/// A row that was found, column by column from 0.
pub trait Columns {
    fn integer(&self, at: usize) -> Result<i64, StoreError>;
    fn text(&self, at: usize) -> Result<&str, StoreError>;
    fn bytes(&self, at: usize) -> Result<&[u8], StoreError>;
    /// `None` for `NULL`.
    fn optional_bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError>;
}

/// What statements run in, whichever driver carries them out. `sql` has its parameters in the order of `binds`, each
/// once.
pub trait Statements: Send {
    /// How many rows it touched.
    fn run(&mut self, sql: &str, binds: &[Bind<'_>]) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Where only its failing would be news: it may leave with the next one, and then the error is that of the next one
    /// or of the commit.
    fn run_ahead(
        &mut self,
        sql: &str,
        binds: &[Bind<'_>],
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async {
            self.run(sql, binds).await?;
            Ok(())
        }
    }

    /// The rows that it found.
    fn fetch<T: Send>(
        &mut self,
        sql: &str,
        binds: &[Bind<'_>],
        map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// The rows that each of several found, none of which needs what another one finds. `take` is told which found it.
    fn fetch_together(
        &mut self,
        queries: &[Query<'_>],
        mut take: impl FnMut(usize, &dyn Columns) -> Result<(), StoreError> + Send,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move {
            for (at, query) in queries.iter().enumerate() {
                self.fetch(&query.sql, &query.binds, |row| take(at, row)).await?;
            }
            Ok(())
        }
    }

    fn commit(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The statement of the driver with all values bound.
macro_rules! bound {
    ($sql:expr, $binds:expr) => {{
        let mut query = sqlx::query(sqlx::AssertSqlSafe($sql));
        for bind in $binds {
            query = match *bind {
                Bind::Integer(number) => query.bind(number),
                Bind::Text(text) => query.bind(text),
                Bind::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

impl Statements for Tx {
    async fn run(&mut self, sql: &str, binds: &[Bind<'_>]) -> Result<u64, StoreError> {
        let sql = self.in_order(sql.to_owned());
        Ok(on_connection!(self, conn => {
            carried_out(binds.len(), bound!(sql, binds).execute(conn)).await?.rows_affected()
        }))
    }

    async fn fetch<T: Send>(
        &mut self,
        sql: &str,
        binds: &[Bind<'_>],
        mut map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let sql = self.in_order(sql.to_owned());
        on_connection!(self, conn => {
            let rows = carried_out(binds.len(), bound!(sql, binds).fetch_all(conn)).await?;
            rows.iter().map(|row| map(row)).collect()
        })
    }

    async fn commit(self) -> Result<(), StoreError> {
        Self::commit(self).await
    }
}

macro_rules! columns_of {
    ($row:ty) => {
        impl Columns for $row {
            fn integer(&self, at: usize) -> Result<i64, StoreError> {
                Ok(self.try_get(at)?)
            }

            fn text(&self, at: usize) -> Result<&str, StoreError> {
                Ok(self.try_get(at)?)
            }

            fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
                Ok(self.try_get(at)?)
            }

            fn optional_bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError> {
                Ok(self.try_get(at)?)
            }
        }
    };
}

columns_of!(sqlx::sqlite::SqliteRow);
columns_of!(sqlx::postgres::PgRow);
