//! A pool of connections of one party in one role.

use std::panic::resume_unwind;
use std::sync::Arc;

use sqlx::{PgPool, SqlitePool};
use tokio::runtime::Handle;

use crate::postgres::pipeline::{Pipeline, TOGETHER};
use crate::sqlite::direct::Direct;
use crate::writers::Writers;
use crate::{GroupTx, StoreError, Tx, postgres, sqlite};

#[derive(Clone)]
pub enum Store {
    Sqlite {
        pool: SqlitePool,
        /// One connection, which whoever has the turn to write gets.
        writer: SqlitePool,
        /// The connection of questions that go together.
        direct: Arc<Direct>,
        writers: Arc<Writers>,
    },
    Postgres {
        pool: PgPool,
        /// The connections of questions that go together, beside those of the pool.
        pipeline: Arc<Pipeline>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Store {
    /// A transaction that may write. SQLite takes its write lock at once: one that is taken later fails when
    /// another writer was faster.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, writers, .. } => {
                let turn = writers.turn(false).await?;
                let begun = writer.begin_with("BEGIN IMMEDIATE").await?;
                Tx::Sqlite { transaction: begun, turn: Some(turn) }
            }
            Self::Postgres { pool, .. } => Tx::Postgres(postgres::begin(pool, postgres::WRITE).await?),
        })
    }

    /// A transaction for many questions, before all others of this process that wait to write, but for the one whose
    /// turn is next.
    pub async fn write_together(&self) -> Result<GroupTx, StoreError> {
        Ok(match self {
            Self::Sqlite { direct, writers, .. } => {
                GroupTx::Sqlite(direct.begin_to_write(writers.turn(true).await?)?)
            }
            Self::Postgres { pipeline, .. } => GroupTx::Postgres(pipeline.begin().await?),
        })
    }

    /// Statements for many questions that do not write, in no transaction: each sees one state of the data, the next one
    /// perhaps another, and none waits for a writer. What they may not write is for the role to say.
    pub async fn look_up(&self) -> Result<GroupTx, StoreError> {
        Ok(match self {
            Self::Sqlite { direct, .. } => GroupTx::Sqlite(direct.look_up()?),
            Self::Postgres { pipeline, .. } => GroupTx::Postgres(pipeline.look_up().await?),
        })
    }

    /// Transactions of many questions that may run at once. SQLite has one writer.
    pub fn together_max(&self) -> usize {
        match self {
            Self::Sqlite { .. } => 1,
            Self::Postgres { .. } => TOGETHER,
        }
    }

    /// Carries out what uses [`write_together`](Self::write_together) or [`look_up`](Self::look_up) where it
    /// keeps nobody from working: on SQLite on a thread of its own.
    pub async fn aside<F>(&self, work: F) -> F::Output
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match self {
            Self::Sqlite { .. } => {
                let runtime = Handle::current();
                match tokio::task::spawn_blocking(move || runtime.block_on(work)).await {
                    Ok(output) => output,
                    // Only a runtime that ends cancels it.
                    Err(error) => resume_unwind(error.into_panic()),
                }
            }
            Self::Postgres { .. } => work.await,
        }
    }

    /// A transaction that sees one state of the data and does not write. PostgreSQL enforces the latter.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { pool, .. } => Tx::Sqlite { transaction: pool.begin().await?, turn: None },
            Self::Postgres { pool, .. } => Tx::Postgres(postgres::begin(pool, postgres::READ).await?),
        })
    }

    /// Waits until open transactions have ended.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { pool, writer, direct, writers } => {
                // An error says that nobody can write any more.
                let _turn = writers.turn(true).await;
                direct.close();
                writer.close().await;
                pool.close().await;
            }
            Self::Postgres { pool, pipeline } => {
                pipeline.close().await;
                pool.close().await;
            }
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { .. } => Kind::Sqlite,
            Self::Postgres { .. } => Kind::Postgres,
        }
    }

    /// Cuts SQLite's write-ahead log to nothing, so that a deleted row is in no file any more; `Busy` while
    /// somebody reads. Nothing on PostgreSQL, whose log, dead tuples and archives belong to its operator.
    pub async fn truncate_wal(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { pool, .. } => sqlite::truncate_wal(pool).await,
            Self::Postgres { .. } => Ok(()),
        }
    }

    /// Of the database, as it calls itself.
    pub async fn version(&self) -> Result<String, StoreError> {
        Ok(match self {
            Self::Sqlite { pool, .. } => {
                sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?
            }
            Self::Postgres { pool, .. } => {
                sqlx::query_scalar("SELECT current_setting('server_version')").fetch_one(pool).await?
            }
        })
    }

    /// The settings on which the promise rests that a committed transaction survives a loss of power, as the
    /// database itself tells them.
    pub async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        match self {
            Self::Sqlite { pool, .. } => sqlite::durability(pool).await,
            Self::Postgres { pool, .. } => postgres::durability(pool).await,
        }
    }
}
