//! The registration door: a municipality hands in people and certificates, follows its tasks, looks up its
//! own people.

mod apply;
mod cancel_task;
mod chunk;
mod drop_rows;
mod export_results;
mod fail_task;
mod intake;
mod judged_chunk;
mod layouts;
mod leftovers;
mod lines;
mod list_subjects;
mod list_tasks;
mod person_state;
mod process;
mod routes;
mod sealed_rows;
mod search_subjects;
mod show_results;
mod show_task;
mod signed_in;
pub(crate) mod stored_certificate;
mod submit_files;
mod submit_subjects;
mod task_body;

pub(crate) use apply::{CertificateDraft, Named, PersonDraft};
pub(crate) use chunk::{StoredFault, WaitingRow};
pub(crate) use fail_task::{Broken, fail_next_task};
pub(crate) use layouts::{Layouts, read_layouts};
pub(crate) use leftovers::delete_in_background;
pub(crate) use process::process_next_chunk;
#[cfg(test)]
pub(crate) use routes::{ROUTES, Verb};
pub(crate) use routes::{Route, router};
pub(crate) use sealed_rows::SealedRows;
pub(crate) use show_results::StoredResult;
pub(crate) use signed_in::{SignedIn, by_certificate_alone, certificate_of, municipality_of_token};

/// Chunks of one municipality that wait to be applied: millions of rows, and at most 8 GiB. A new body is refused
/// while so many stand; one that is being received is taken to its end.
pub const WAITING_CHUNKS_MAX: i64 = 16_384;
/// Largest body of `POST /registration/v1/subjects`.
pub const SUBJECTS_BYTES_MAX: usize = 1 << 30;
/// Largest body of `POST /registration/v1/files`.
pub const FILE_BYTES_MAX: usize = 1 << 32;
