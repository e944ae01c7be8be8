//! The hub (Public Medical Hub): what municipalities register is kept per municipality, numbered by the
//! intermediate server, and answered to the eligibility system by a one-time linkage key and to the portal
//! by a pseudonym.
//!
//! | folder | door | who comes |
//! |---|---|---|
//! | `registration/` | registration | municipalities: files, tasks, their own people |
//! | `users/` | registration | the people who work at the municipality: signing in, accounts, the access table |
//! | `numbering/` | – | nobody: the hub asks the intermediate server |
//! | `eligibility/` | eligibility | the eligibility system: epochs, one query a visit |
//! | `portal/` | portal | the portal: bindings, a citizen's own records |
//! | `erasure/` | registration, admin | municipalities, two persons each time; the operator on their documented request |
//! | `key_life/` | admin | the operator: rotating, destroying and shredding keys without seeing one |
//! | `audit/` | registration, admin | every act, in lanes, in the transaction of the act; logs, exports, cuts |
//! | `bulk.rs` | – | a measurement that fills a stopped hub's tables |
//! | `store/` | – | all SQL |
//!
//! Two capabilities run through it. `Desk` has both areas of one municipality at a time; `Inquiry` has what
//! routes lead to and nothing of the identity area: neither tables, nor keys, nor role.

mod access;
mod answer;
mod aside;
mod audit;
mod bulk;
mod compact;
mod eligibility;
mod erasure;
mod identity;
mod key_life;
mod keys;
mod numbering;
mod portal;
mod registration;
mod restore;
#[cfg(test)]
mod stand;
mod start;
mod state;
mod store;
mod users;
mod worker;

pub use bulk::{Bulk, BulkError, BulkPerson, SealedPeople};
pub use eligibility::EPOCHS_KEPT_MAX;
pub use erasure::{ERASURES_WAITING_MAX, Retention};
pub use registration::{FILE_BYTES_MAX, SUBJECTS_BYTES_MAX, WAITING_CHUNKS_MAX};
pub use restore::{AuditFault, NotRestored, Restored, Restoring, restore};
pub use start::{Options, StartError, start, start_with};
pub use store::SCHEMA;
pub use users::UserOptions;
