//! The transaction that many questions share.

use crate::sqlite::direct::DirectTx;
use crate::statements::{Bind, Columns, Statements};
use crate::{StoreError, Tx};

/// Dropping it rolls back. On SQLite its statements keep the thread: carry it out [aside](crate::Store::aside).
pub enum GroupTx {
    Direct(DirectTx),
    Other(Tx),
}

impl Statements for GroupTx {
    async fn run(&mut self, sql: &str, binds: &[Bind<'_>]) -> Result<u64, StoreError> {
        match self {
            Self::Direct(tx) => tx.run(sql, binds).await,
            Self::Other(tx) => tx.run(sql, binds).await,
        }
    }

    async fn fetch<T: Send>(
        &mut self,
        sql: &str,
        binds: &[Bind<'_>],
        map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Direct(tx) => tx.fetch(sql, binds, map).await,
            Self::Other(tx) => tx.fetch(sql, binds, map).await,
        }
    }

    async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Direct(tx) => Statements::commit(tx).await,
            Self::Other(tx) => Statements::commit(tx).await,
        }
    }
}
