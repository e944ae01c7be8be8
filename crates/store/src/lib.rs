//! Connections, transactions and migrations over SQLite and PostgreSQL: one SQL text for both.
//!
//! A party describes its tables and roles in a [`PartySchema`], prepares a [`Database`] with it and opens a
//! [`Store`] as one of the roles. Every statement then runs in a [`Tx`], written once with
//! [`on_connection!`] in the portable subset: `BIGINT`, `TEXT`, `BYTEA`/`BLOB`, `$1` placeholders,
//! `ON CONFLICT … RETURNING`; no arrays, JSON, `FOR UPDATE`, `now()`. SQL that must differ is a named pair in
//! `dialect.rs`.
//!
//! Not promised: row-level security on SQLite, which has none, and any protection of values against somebody
//! who holds the file or the session. For that values are sealed before they come here.

mod batches;
mod carried_out;
pub mod clock_state;
mod database;
mod dialect;
mod error;
mod group_commit;
mod group_tx;
mod migration;
mod parameters;
mod postgres;
mod schema;
pub mod setting;
mod sqlite;
mod statements;
mod store;
mod tx;
mod writers;

pub use batches::{BATCHES, batches};
pub use carried_out::carried_out;
pub use database::Database;
pub use error::StoreError;
pub use group_commit::{GroupCommit, TOGETHER_MAX, Unanswered, WAITING_MAX};
pub use group_tx::GroupTx;
pub use migration::Migration;
pub use postgres::pipeline::Pipeline;
pub use postgres::pipeline_tx::PipelineTx;
pub use postgres::{LOCK_TIMEOUT_MS, schema_name};
pub use schema::{OWNER, PartySchema, Plans, Role};
pub use sqlite::copy::{Copied, copy_together};
pub use sqlite::direct::{Direct, DirectTx};
pub use sqlite::{BUSY_TIMEOUT_MS, WAL_BYTES_MAX, file_path};
pub use statements::{Bind, Columns, LIST_ROWS_MAX, Query, Statements};
pub use store::{Kind, Store};
pub use tx::Tx;
pub use writers::{WriteTurn, Writers};

/// How long a caller waits for a free connection before it is answered [`StoreError::Busy`].
pub const ACQUIRE_TIMEOUT_MS: u64 = 10_000;

/// Statements that a connection keeps prepared.
const PREPARED_STATEMENTS_MAX: usize = 512;
