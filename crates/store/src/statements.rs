//! Statements written once for a [`Tx`] and for the [`GroupTx`](crate::GroupTx) of many questions.

use std::borrow::Cow;

use sqlx::Row;

use crate::{Kind, StoreError, Tx, carried_out, on_connection};

/// Rows of a list in one statement.
pub const LIST_ROWS_MAX: usize = 256;

/// Where the list stands in the text of a statement about one.
const LISTED: &str = "{wanted}";

/// A value on its way into a statement.
#[derive(Clone, Copy)]
pub enum Bind<'a> {
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A statement and its values, which it has in their order, each once.
pub struct Query<'a> {
    pub(crate) sql: &'static str,
    pub(crate) binds: Vec<Bind<'a>>,
    /// Values of each row of its list; 0 where it is about none.
    pub(crate) columns: usize,
}

impl<'a> Query<'a> {
    pub fn new(sql: &'static str, binds: Vec<Bind<'a>>) -> Self {
        Self { sql, binds, columns: 0 }
    }

    /// About a list of at most [`LIST_ROWS_MAX`] rows of so many values each. It stands in the text as `{wanted}`, a table
    /// of that name with `column1` and so on. Some of its rows may consist of `NULL`, which no key finds; a statement that
    /// writes must leave them out.
    pub fn about_list(sql: &'static str, columns: usize, binds: Vec<Bind<'a>>) -> Self {
        debug_assert!(
            columns > 0 && binds.len().is_multiple_of(columns) && !binds.is_empty(),
            "a list of whole rows"
        );
        debug_assert!(binds.len() / columns <= LIST_ROWS_MAX, "parameters of a statement are bounded");
        Self { sql, binds, columns }
    }

    pub(crate) fn is_about_several(&self) -> bool {
        self.columns > 0 && self.binds.len() > self.columns
    }

    pub(crate) fn text_about(&self, list: &str) -> String {
        self.sql.replacen(LISTED, list, 1)
    }

    /// Values with those of the rows that fill the list up to the next power of two, so that a database sees few texts
    /// and keeps each prepared.
    pub(crate) fn filled(&self) -> usize {
        match self.columns {
            0 => self.binds.len(),
            columns => columns * (self.binds.len() / columns).next_power_of_two(),
        }
    }

    /// The text with its list as rows of parameters.
    pub(crate) fn text_of_rows(&self, kind: Kind) -> Cow<'static, str> {
        if self.columns == 0 {
            return Cow::Borrowed(self.sql);
        }
        let mut list = String::with_capacity(7 * self.filled());
        for at in 0..self.filled() {
            list.push_str(match (at, at % self.columns) {
                (0, _) => "(VALUES (",
                (_, 0) => "),(",
                _ => ",",
            });
            match kind {
                Kind::Sqlite => list.push('?'),
                Kind::Postgres => {
                    list.push('$');
                    list.push_str(&(at + 1).to_string());
                }
            }
        }
        list.push_str(")) AS wanted");
        Cow::Owned(self.text_about(&list))
    }
}

/// A row that was found, column by column from 0.
pub trait Columns {
    fn integer(&self, at: usize) -> Result<i64, StoreError>;
    fn text(&self, at: usize) -> Result<&str, StoreError>;
    fn bytes(&self, at: usize) -> Result<&[u8], StoreError>;
    /// `None` for `NULL`.
    fn optional_bytes(&self, at: usize) -> Result<Option<&[u8]>, StoreError>;
}

/// What statements run in, whichever driver carries them out.
pub trait Statements: Send {
    /// How many rows it touched.
    fn run(&mut self, query: &Query<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Where only its failing would be news: it may leave with the next one, and then the error is that of the next one
    /// or of the commit.
    fn run_ahead(&mut self, query: &Query<'_>) -> impl Future<Output = Result<(), StoreError>> + Send {
        async {
            self.run(query).await?;
            Ok(())
        }
    }

    /// The rows that it found.
    fn fetch<T: Send>(
        &mut self,
        query: &Query<'_>,
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
                self.fetch(query, |row| take(at, row)).await?;
            }
            Ok(())
        }
    }

    fn commit(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The statement of the driver with all values bound.
macro_rules! bound {
    ($sql:expr, $query:expr) => {{
        let query: &Query<'_> = $query;
        let mut bound = sqlx::query(sqlx::AssertSqlSafe($sql));
        for bind in &query.binds {
            bound = match *bind {
                Bind::Integer(number) => bound.bind(number),
                Bind::Text(text) => bound.bind(text),
                Bind::Bytes(bytes) => bound.bind(bytes),
            };
        }
        for at in query.binds.len()..query.filled() {
            bound = match query.binds[at % query.columns] {
                Bind::Integer(_) => bound.bind(None::<i64>),
                Bind::Text(_) => bound.bind(None::<&str>),
                Bind::Bytes(_) => bound.bind(None::<&[u8]>),
            };
        }
        bound
    }};
}

impl Statements for Tx {
    async fn run(&mut self, query: &Query<'_>) -> Result<u64, StoreError> {
        let sql = self.in_order(query.text_of_rows(self.kind()).into_owned());
        Ok(on_connection!(self, conn => {
            carried_out(query.filled(), bound!(sql, query).execute(conn)).await?.rows_affected()
        }))
    }

    async fn fetch<T: Send>(
        &mut self,
        query: &Query<'_>,
        mut map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let sql = self.in_order(query.text_of_rows(self.kind()).into_owned());
        on_connection!(self, conn => {
            let rows = carried_out(query.filled(), bound!(sql, query).fetch_all(conn)).await?;
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
