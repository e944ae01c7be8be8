//! Erasing for good (001:437). A deletion record in a file is another thing: it hides a certificate, and the row
//! stands until it is erased.
//!
//! | who | how |
//! |---|---|
//! | two people of the municipality | `request.rs`, then `approve.rs`, at the registration door |
//! | one of the municipality and the hub's operator | `request.rs`, then `operator.rs` at the hub's admin door |
//! | time | `retention.rs` |
//!
//! Nobody else can: no other door has a route here. `carry_out.rs` is the one transaction that takes rows away;
//! `rows.rs` says which, `unbind.rs` what follows. The record names counts and reason, the audit the people who
//! acted; where users sign in, it is they. What stays of an erased person in the hub: entries of the audit that name the partition's own count, and
//! on PostgreSQL sealed bytes in dead tuples.

pub(crate) mod approve;
pub(crate) mod body;
mod carry_out;
mod charge;
mod operator;
mod pending;
pub(crate) mod request;
mod retention;
pub(crate) mod rows;
mod scrub;
pub(crate) mod show;
mod state;
mod unbind;

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use pmh_service::RouteLimits;
use pmh_wire::paths;

pub(crate) use pending::user_id;
pub use request::ERASURES_WAITING_MAX;
pub use retention::Retention;
pub(crate) use retention::{DAY_MS, erase_old, keep_house};
pub(crate) use state::Erasing;

/// A whole partition takes its time, and its answer is the report.
const CARRY_OUT_TIMEOUT: Duration = Duration::from_mins(30);
const REQUEST_BYTES_MAX: usize = 64 << 10;

/// The route of the hub's admin door.
pub(crate) fn admin_router(erasing: Erasing) -> Router {
    Router::new().route(paths::ADMIN_ERASURES, post(operator::erase).layer(long())).with_state(erasing)
}

pub(crate) fn long() -> RouteLimits {
    RouteLimits::body_bytes(REQUEST_BYTES_MAX).within(CARRY_OUT_TIMEOUT)
}
