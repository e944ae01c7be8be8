//! One transaction on either database.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::{Kind, StoreError, WriteTurn, dialect, parameters};

/// An open transaction. Dropping it rolls back.
pub enum Tx {
    Sqlite {
        transaction: Transaction<'static, Sqlite>,
        /// The turn to write, given back with the transaction; a reader has none.
        turn: Option<WriteTurn>,
    },
    Postgres(Transaction<'static, Postgres>),
}

/// Evaluates the body with `$conn` bound to the open connection of a `Tx` (or of a `&mut Tx`).
///
/// The body is type-checked once per database, so SQL text, binds and row types are written only once.
///
/// ```
/// # use pmh_store::{StoreError, Tx, on_connection};
/// async fn count_people(tx: &mut Tx) -> Result<i64, StoreError> {
///     Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT COUNT(*) FROM person").fetch_one(conn).await)?)
/// }
/// ```
#[macro_export]
macro_rules! on_connection {
    ($tx:expr, $conn:ident => $body:expr) => {
        match $tx {
            $crate::Tx::Sqlite { transaction, .. } => {
                let $conn = &mut **transaction;
                $body
            }
            $crate::Tx::Postgres(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
        }
    };
}

impl Tx {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { .. } => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        }
    }

    /// A statement whose numbered parameters stand in order, each once, in the form that this database binds fastest.
    pub fn in_order(&self, sql: String) -> String {
        match self {
            Self::Sqlite { .. } => parameters::unnamed(&sql).unwrap_or(sql),
            Self::Postgres(_) => sql,
        }
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { transaction, turn } => {
                let committed = transaction.commit().await;
                drop(turn);
                committed?;
            }
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    /// Binds the rest of this transaction to one municipality's rows (PostgreSQL).
    pub async fn for_municipality(&mut self, municipality: &str) -> Result<(), StoreError> {
        dialect::bind_municipality(self, municipality).await
    }
}
