//! What the portal adds to the admin door of every party.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use pmh_wire::paths;

use crate::portal::Portal;

pub(crate) mod cards;
pub(crate) mod enrol;

pub(crate) fn router(portal: Arc<Portal>) -> Router {
    Router::new()
        .route(paths::ADMIN_PEOPLE, post(enrol::enrol))
        .route(paths::ADMIN_CARDS, post(cards::command))
        .with_state(portal)
}
