//! The portal door: a citizen's pseudonym is bound once, then the citizen's own records are read by it.

mod bind;
mod records;

use axum::Router;
use axum::routing::post;
use pmh_wire::paths;

use crate::state::Inquiry;

/// Every route of the door on one screen.
pub(crate) fn router(inquiry: Inquiry) -> Router {
    Router::new()
        .route(paths::BINDINGS, post(bind::bind))
        .route(paths::RECORDS, post(records::records))
        .with_state(inquiry)
}
