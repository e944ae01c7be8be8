//! The citizen door: plain HTTP on loopback, where a browser or a script plays the citizen.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use pmh_wire::paths;

use crate::portal::Portal;

pub(crate) mod login;
mod page;
pub(crate) mod subsidies;

pub(crate) fn router(portal: Arc<Portal>) -> Router {
    Router::new()
        .route("/", get(page::page))
        .route(paths::CITIZEN_LOGIN, post(login::login))
        .route(paths::CITIZEN_SUBSIDIES, get(subsidies::subsidies))
        .with_state(portal)
}
