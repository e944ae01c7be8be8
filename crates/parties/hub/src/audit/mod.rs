//! The hub's audit: lanes of batches, each batch a row written in the transaction of the acts that it tells. A
//! municipality sees of it the signed heads and its own partition's entries.

mod checkpoint;
mod cut;
mod entry;
mod export;
mod lane;
mod read;
mod review_operations;
mod show_checkpoints;
mod show_deliveries;
mod show_log;
mod show_person_acts;
mod standing;

use axum::Router;
use axum::routing::post;
pub(crate) use checkpoint::keep_checkpoints;
use pmh_wire::paths;

use crate::state::Desk;

pub(crate) use cut::cut_old;
pub(crate) use entry::{Entry, Removed, Written};
pub(crate) use export::export;
pub(crate) use lane::{Lane, Lanes};
pub(crate) use review_operations::{
    FIRST_DAY, is_review_overdue, list_operation_reviews, note_overdue, review_operations, watch_reviews,
};
pub(crate) use show_checkpoints::{head_body, show_checkpoints, show_checkpoints_to_eligibility};
pub(crate) use show_deliveries::{long, show_deliveries};
pub(crate) use show_log::{show_handling, show_operations};
pub(crate) use show_person_acts::show_person_acts;

/// The route of the hub's admin door.
pub(crate) fn admin_router(desk: Desk) -> Router {
    Router::new().route(paths::ADMIN_AUDIT_EXPORT, post(export::export_closed)).with_state(desk)
}
