//! The registration door: a municipality hands in people and certificates, follows its tasks, looks up its
//! own people.

mod apply;
mod chunk;
mod intake;
mod leftovers;
mod list_tasks;
mod process;
mod search_subjects;
mod show_results;
mod show_task;
mod signed_in;
pub(crate) mod stored_certificate;
mod submit_files;
mod submit_subjects;
mod task_body;

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use pmh_service::RouteLimits;
use pmh_wire::paths;

use crate::audit::show_checkpoints;
use crate::state::Desk;

pub(crate) use apply::{CertificateDraft, PersonDraft};
pub(crate) use leftovers::delete_in_background;
pub(crate) use process::process_next_chunk;
pub(crate) use show_results::StoredResult;
pub(crate) use signed_in::SignedIn;

/// Largest body of `POST /registration/v1/subjects`.
pub const SUBJECTS_BYTES_MAX: usize = 1 << 30;
/// Largest body of `POST /registration/v1/files`.
pub const FILE_BYTES_MAX: usize = 1 << 32;

/// A large file over a slow line. A pause within the body ends it much sooner.
const INTAKE_TIMEOUT: Duration = Duration::from_hours(6);

/// Every route of the door on one screen.
pub(crate) fn router(desk: Desk) -> Router {
    Router::new()
        .route(paths::SUBJECTS, post(submit_subjects::submit_subjects).layer(long(SUBJECTS_BYTES_MAX)))
        .route(paths::FILES, post(submit_files::submit_files).layer(long(FILE_BYTES_MAX)))
        .route(paths::TASKS, get(list_tasks::list_tasks))
        .route(paths::TASK, get(show_task::show_task))
        .route(paths::TASK_RESULTS, get(show_results::show_results))
        .route(paths::SEARCH, post(search_subjects::search_subjects))
        .route(paths::CHECKPOINTS, get(show_checkpoints))
        .with_state(desk)
}

fn long(body_bytes_max: usize) -> RouteLimits {
    RouteLimits::body_bytes(body_bytes_max).within(INTAKE_TIMEOUT)
}
