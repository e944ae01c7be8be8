//! The terminal door: plain HTTP on loopback, where a script or a person plays the reception desk.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use pmh_wire::paths;

use crate::Institutions;

mod visit;

pub(crate) fn router(institutions: Arc<Institutions>) -> Router {
    Router::new().route(paths::VISITS, post(visit::visit)).with_state(institutions)
}
