//! The introduction door: the eligibility system says which PMH-ID belongs to a portal pseudonym (001:544).

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use pmh_wire::paths;

use crate::portal::Portal;

mod receive;

pub(crate) fn router(portal: Arc<Portal>) -> Router {
    Router::new().route(paths::INTRODUCTION, post(receive::receive)).with_state(portal)
}
