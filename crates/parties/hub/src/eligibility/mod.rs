//! The eligibility door: epochs of linkage keys, and one query a visit (001:549).

mod decoy;
mod epochs;
mod housekeeping;
mod open_epoch;
mod query;
mod read;
mod together;

use axum::Router;
use axum::routing::{get, post};
use pmh_wire::paths;

use crate::audit;
use crate::state::Inquiry;

pub use epochs::EPOCHS_KEPT_MAX;
pub(crate) use epochs::Epochs;
pub(crate) use housekeeping::{follow_clock, forget_used_keys, retire_epochs};
pub(crate) use query::as_json;
pub(crate) use read::{Reader, read_records};
pub(crate) use together::{Answered, Question};

/// Every route of the door on one screen.
pub(crate) fn router(inquiry: Inquiry) -> Router {
    Router::new()
        .route(paths::EPOCHS, post(open_epoch::open_epoch))
        .route(paths::CHECKPOINTS, get(audit::show_checkpoints_to_eligibility))
        .route(paths::QUERIES, post(query::query))
        .with_state(inquiry)
}
