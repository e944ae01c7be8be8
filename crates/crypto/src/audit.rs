//! Audit in lanes, one per writing process, so that nobody waits for another's head. A batch of
//! acts is one [`AuditRow`]; each act in it is a [`Leaf`]; a [`Checkpoint`] signs the head of a
//! lane.
//!
//! What is found: a row or leaf that was changed, taken out, put in or moved; and, against a
//! [`Checkpoint`] that somebody else kept (a *witness*), the end of the lane cut off or the whole
//! rolled back. **Not found:** the end cut off without a witness, and anything done by somebody who
//! holds the signing key.

mod checkpoint;
mod lane;
mod leaf;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointSigner, Cut};
pub use lane::{AuditRow, LaneFault, LaneHead, append, verify, verify_witnessed};
pub use leaf::{Leaf, LeavesError, decode_leaves, encode_leaves};

/// Which lane: drawn once per writing process.
pub type LaneId = [u8; 16];

#[cfg(test)]
mod tests;
