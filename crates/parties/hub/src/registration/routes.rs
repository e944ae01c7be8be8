//! Every route of the registration door on one screen, each with what it needs. The router is made from this table and
//! from nothing else, so there is no route without an entry, and the authorisation test walks the same table.

use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use pmh_domain::user::Right;
use pmh_service::RouteLimits;
use pmh_wire::paths;

use super::{
    FILE_BYTES_MAX, SUBJECTS_BYTES_MAX, cancel_task, list_subjects, list_tasks, search_subjects,
    show_results, show_task, submit_files, submit_subjects,
};
use crate::audit;
use crate::erasure;
use crate::state::Desk;
use crate::users::{self, AtRoute, Needs, guard};

/// A large file over a slow line. A pause within the body ends it much sooner.
const INTAKE_TIMEOUT: Duration = Duration::from_hours(6);

/// One operation of the door.
pub(crate) struct Route {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    /// Asked only where users sign in; otherwise the certificate alone is enough.
    pub(crate) needs: Needs,
    when: When,
    serve: fn() -> MethodRouter<Desk>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
}

impl Verb {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// There is nobody to manage, and nothing to sign in to, without users.
    WithUsers,
}

const fn always(verb: Verb, path: &'static str, needs: Needs, serve: fn() -> MethodRouter<Desk>) -> Route {
    Route { verb, path, needs, when: When::Always, serve }
}

const fn with_users(
    verb: Verb,
    path: &'static str,
    needs: Needs,
    serve: fn() -> MethodRouter<Desk>,
) -> Route {
    Route { verb, path, needs, when: When::WithUsers, serve }
}

pub(crate) static ROUTES: &[Route] = &[
    always(Verb::Post, paths::SUBJECTS, Needs::Right(Right::Register), || {
        post(submit_subjects::submit_subjects).layer(long(SUBJECTS_BYTES_MAX))
    }),
    always(Verb::Post, paths::FILES, Needs::RightAtTerminal(Right::LoadFiles), || {
        post(submit_files::submit_files).layer(long(FILE_BYTES_MAX))
    }),
    always(Verb::Get, paths::TASKS, Needs::Right(Right::FollowTasks), || get(list_tasks::list_tasks)),
    always(Verb::Get, paths::TASK, Needs::Right(Right::FollowTasks), || get(show_task::show_task)),
    always(Verb::Post, paths::TASK_CANCELLATION, Needs::Right(Right::Register), || {
        post(cancel_task::cancel_task)
    }),
    always(Verb::Get, paths::TASK_RESULTS, Needs::Right(Right::FollowTasks), || {
        get(show_results::show_results)
    }),
    always(Verb::Get, paths::TASK_SUBJECTS, Needs::Right(Right::FollowTasks), || {
        get(list_subjects::list_subjects)
    }),
    always(Verb::Post, paths::SEARCH, Needs::Right(Right::Search), || post(search_subjects::search_subjects)),
    always(Verb::Get, paths::CHECKPOINTS, Needs::Right(Right::ReadCheckpoints), || {
        get(audit::show_checkpoints)
    }),
    always(Verb::Get, paths::HANDLING, Needs::RightOverAll(Right::ReadHandling), || {
        get(audit::show_handling)
    }),
    always(Verb::Post, paths::DELIVERIES, Needs::RightOverAll(Right::ReadHandling), || {
        post(audit::show_deliveries).layer(audit::long())
    }),
    // Both tell what the municipality's own people did, too.
    always(Verb::Get, paths::AUDIT_EXPORT, Needs::RightOverAll(Right::ReviewOperations), || {
        get(audit::export)
    }),
    always(Verb::Post, paths::PERSON_ACTS, Needs::RightOverAll(Right::ReviewOperations), || {
        post(audit::show_person_acts).layer(audit::long())
    }),
    always(Verb::Get, paths::OPERATIONS, Needs::RightOverAll(Right::ReviewOperations), || {
        get(audit::show_operations)
    }),
    with_users(Verb::Get, paths::OPERATION_REVIEWS, Needs::RightOverAll(Right::ReviewOperations), || {
        get(audit::list_operation_reviews)
    }),
    with_users(Verb::Post, paths::OPERATION_REVIEWS, Needs::RightOverAll(Right::ReviewOperations), || {
        post(audit::review_operations)
    }),
    always(Verb::Get, paths::ERASURES, Needs::RightWhileAccountsStand(Right::Erase), || {
        get(erasure::show::list)
    }),
    always(Verb::Post, paths::ERASURES, Needs::Right(Right::Erase), || post(erasure::request::request)),
    always(Verb::Get, paths::ERASURE, Needs::RightWhileAccountsStand(Right::Erase), || {
        get(erasure::show::show)
    }),
    always(Verb::Post, paths::ERASURE, Needs::Right(Right::Erase), || {
        post(erasure::approve::approve).layer(erasure::long())
    }),
    with_users(Verb::Post, paths::LOGIN, Needs::Certificate, || post(users::sign_in)),
    with_users(Verb::Post, paths::PASSWORD, Needs::Certificate, || post(users::change_password)),
    with_users(Verb::Post, paths::LOGOUT, Needs::Person, || post(users::sign_out)),
    with_users(Verb::Get, paths::USERS, Needs::Right(Right::ManageUsers), || get(users::list_users)),
    with_users(Verb::Post, paths::USERS, Needs::Person, || post(users::apply_for_user)),
    with_users(Verb::Post, paths::USER_APPROVALS, Needs::Right(Right::ManageUsers), || {
        post(users::approve_user)
    }),
    with_users(Verb::Post, paths::USER_CREDENTIALS, Needs::Right(Right::ManageUsers), || {
        post(users::issue_credential)
    }),
    with_users(Verb::Post, paths::USER_CHANGES, Needs::Right(Right::ManageUsers), || {
        post(users::change_user)
    }),
    with_users(Verb::Get, paths::USER_MOVEMENTS, Needs::Right(Right::ManageUsers), || {
        get(users::list_movements)
    }),
    with_users(Verb::Post, paths::USER_MOVEMENTS, Needs::Right(Right::ManageUsers), || {
        post(users::move_users)
    }),
    with_users(Verb::Post, paths::USER_REVIEWS, Needs::Right(Right::ManageUsers), || {
        post(users::review_users)
    }),
    with_users(Verb::Get, paths::ACCESS_TABLE, Needs::Right(Right::ExportAccessTable), || {
        get(users::export_access_table)
    }),
];

/// The guard stands in front of each handler; an unknown path or a wrong method never gets to it.
pub(crate) fn router(desk: Desk) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        if route.when == When::WithUsers && !desk.users.options.required {
            continue;
        }
        let at = AtRoute { desk: desk.clone(), route };
        router = router.route(route.path, (route.serve)().route_layer(from_fn_with_state(at, guard)));
    }
    router.with_state(desk)
}

fn long(body_bytes_max: usize) -> RouteLimits {
    RouteLimits::body_bytes(body_bytes_max).within(INTAKE_TIMEOUT)
}
