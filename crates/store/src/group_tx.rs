//! The transaction that many questions share.

use crate::StoreError;
use crate::postgres::pipeline_tx::PipelineTx;
use crate::sqlite::direct::DirectTx;
use crate::statements::{Columns, Query, Statements};

/// Dropping it rolls back. On SQLite its statements keep the thread: carry it out [aside](crate::Store::aside).
pub enum GroupTx {
    Sqlite(DirectTx),
    Postgres(PipelineTx),
}

impl GroupTx {
    /// For one question alone, which waits for the server several times: to be woken takes longer than many an answer. From now
    /// on the core is kept for some half a millisecond each time, in a runtime with one worker. Nothing on SQLite, whose
    /// statements are calls.
    pub fn stay_awake(&mut self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(tx) => tx.stay_awake(),
        }
    }
}

impl Statements for GroupTx {
    async fn run(&mut self, query: &Query<'_>) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(tx) => tx.run(query).await,
            Self::Postgres(tx) => tx.run(query).await,
        }
    }

    async fn run_ahead(&mut self, query: &Query<'_>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.run_ahead(query).await,
            Self::Postgres(tx) => tx.run_ahead(query).await,
        }
    }

    async fn fetch<T: Send>(
        &mut self,
        query: &Query<'_>,
        map: impl FnMut(&dyn Columns) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Sqlite(tx) => tx.fetch(query, map).await,
            Self::Postgres(tx) => tx.fetch(query, map).await,
        }
    }

    async fn fetch_together(
        &mut self,
        queries: &[Query<'_>],
        take: impl FnMut(usize, &dyn Columns) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.fetch_together(queries, take).await,
            Self::Postgres(tx) => tx.fetch_together(queries, take).await,
        }
    }

    async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => Statements::commit(tx).await,
            Self::Postgres(tx) => Statements::commit(tx).await,
        }
    }
}
