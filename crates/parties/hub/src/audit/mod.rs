//! The hub's audit: lanes of batches, each batch a row written in the transaction of the acts that it tells.

mod checkpoint;
mod entry;
mod lane;
mod show_checkpoints;

pub(crate) use checkpoint::keep_checkpoints;
pub(crate) use entry::{Entry, Written};
pub(crate) use lane::Lane;
pub(crate) use show_checkpoints::show_checkpoints;
