//! Checks the hub's audit without the hub: of an export ([`verify`]), or of rows as they come ([`Lanes`]).
//!
//! What is found: rows of a lane that were deleted, edited, moved or put in; a lane whose end is gone, or that was
//! written anew, if somebody kept a signed head of it (a *witness*; the hub's own heads in the export count while
//! nobody took them away too); one lane told in two ways to two readers; an entry that is not the one that was
//! audited; and, in an export with open entries, a row of the tables that was rolled back, deleted or put in past the
//! audit, and a route that is missing or bears another mark than the hub's.
//!
//! What cannot be known is said ([`NotChecked`]). **Not found:** what somebody does who holds the hub's signing key;
//! that an open entry is what was sealed, for which the partition's key is needed; that a row whose version is right
//! opens.

mod export;
mod finding;
mod lanes;
#[cfg(test)]
mod made;
mod report;
mod standing;
mod witness;

pub use export::{OpenError, read_witnesses, verify, verify_files};
pub use finding::{Finding, NotChecked};
pub use lanes::{Lanes, RowToCheck, signed_head};
pub use report::Report;
pub use witness::{Shown, compare_heads};
