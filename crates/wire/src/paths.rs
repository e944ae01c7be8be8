//! Paths of every door. No path holds a person's identifier.

/// The published operation `postRegistrationTasks`; the path itself is *assumed*.
pub const SUBJECTS: &str = "/registration/v1/subjects";
pub const FILES: &str = "/registration/v1/files";
pub const TASKS: &str = "/registration/v1/tasks";
pub const TASK: &str = "/registration/v1/tasks/{taskId}";
/// `POST` drops the rows that wait; what was applied stays.
pub const TASK_CANCELLATION: &str = "/registration/v1/tasks/{taskId}/cancellation";
/// Paged with `?after=<line>`. With `Accept: text/csv` the whole as a file in the encoding of the upload.
pub const TASK_RESULTS: &str = "/registration/v1/tasks/{taskId}/results";
/// The people whose numbering this task asked for last. Paged with `?after=<next>`.
pub const TASK_SUBJECTS: &str = "/registration/v1/tasks/{taskId}/subjects";
pub const SEARCH: &str = "/registration/v1/subjects/search";
/// `POST` asks for an erasure, `GET` lists them.
pub const ERASURES: &str = "/registration/v1/erasures";
/// `POST` carries one out as its second person, `GET` shows its report.
pub const ERASURE: &str = "/registration/v1/erasures/{erasureId}";
pub const CHECKPOINTS: &str = "/audit/v1/checkpoints";
/// What operator, numbering and eligibility did with the partition. Paged with `?after=<next>`.
pub const HANDLING: &str = "/audit/v1/handling";
/// What the municipality's own people and systems did. Paged with `?after=<next>`.
pub const OPERATIONS: &str = "/audit/v1/operations";
/// `POST` records that somebody went through the operation log, `GET` lists that.
pub const OPERATION_REVIEWS: &str = "/audit/v1/operations/reviews";
/// The audit of the partition as a file that verifies by itself: JSON lines.
pub const AUDIT_EXPORT: &str = "/audit/v1/export";
/// Every act that concerns one person (開示請求). The number travels in the body alone.
pub const PERSON_ACTS: &str = "/audit/v1/persons";
/// Who received answers from the partition. A number travels in the body alone.
pub const DELIVERIES: &str = "/audit/v1/deliveries";

pub const LOGIN: &str = "/auth/v1/login";
pub const PASSWORD: &str = "/auth/v1/password";
pub const LOGOUT: &str = "/auth/v1/logout";
/// `GET` lists accounts, `POST` applies for one. User ids travel in bodies: they are people's.
pub const USERS: &str = "/registration/v1/users";
pub const USER_APPROVALS: &str = "/registration/v1/users/approvals";
/// Issues a first password, or the credential of an unattended system.
pub const USER_CREDENTIALS: &str = "/registration/v1/users/credentials";
pub const USER_CHANGES: &str = "/registration/v1/users/changes";
pub const USER_MOVEMENTS: &str = "/registration/v1/users/movements";
pub const USER_REVIEWS: &str = "/registration/v1/users/reviews";
/// JSON, or CSV if `Accept` asks for `text/csv`.
pub const ACCESS_TABLE: &str = "/registration/v1/users/access-table";

pub const EPOCHS: &str = "/eligibility/v1/epochs";
pub const QUERIES: &str = "/eligibility/v1/queries";

pub const BINDINGS: &str = "/portal/v1/bindings";
pub const RECORDS: &str = "/portal/v1/records";

pub const NUMBERING: &str = "/numbering/v1/requests";
pub const CONFIRMATIONS: &str = "/confirmation/v1/confirmations";
pub const LINKING: &str = "/linking/v1/entries";
pub const INTRODUCTION: &str = "/introduction/v1/entries";

pub const CITIZEN_LOGIN: &str = "/citizen/v1/login";
pub const CITIZEN_SUBSIDIES: &str = "/citizen/v1/subsidies";
pub const VISITS: &str = "/terminal/v1/visits";

pub const ADMIN_STATUS: &str = "/__admin/status";
pub const ADMIN_CLOCK: &str = "/__admin/clock";
pub const ADMIN_PEOPLE: &str = "/__admin/people";
pub const ADMIN_CARDS: &str = "/__admin/cards";
/// 番号変更 and joins, at the intermediate server.
pub const ADMIN_NUMBERS: &str = "/__admin/numbers";
/// The operator of the hub, on a municipality's documented request.
pub const ADMIN_ERASURES: &str = "/__admin/erasures";
/// The operator's export of a municipality's audit: entries closed.
pub const ADMIN_AUDIT_EXPORT: &str = "/__admin/audit/export";
/// Signed heads of the hub's audit that this party keeps.
pub const ADMIN_WITNESSES: &str = "/__admin/witnesses";

/// The OQS agrees with the hub on a new epoch.
pub const ADMIN_EPOCHS: &str = "/__admin/epochs";

/// `GET` lists the hub's keys, `POST` takes a `KeyCommand`.
pub const ADMIN_KEYS: &str = "/__admin/keys";

pub const HEALTHZ: &str = "/healthz";
pub const READYZ: &str = "/readyz";

/// The path of one task.
pub fn task(task_id: &str) -> String {
    TASK.replace("{taskId}", task_id)
}

/// The path that cancels a task.
pub fn task_cancellation(task_id: &str) -> String {
    TASK_CANCELLATION.replace("{taskId}", task_id)
}

/// The path of one erasure.
pub fn erasure(erasure_id: &str) -> String {
    ERASURE.replace("{erasureId}", erasure_id)
}

/// A log from its first row or after a place.
pub fn log(path: &str, after: Option<&str>) -> String {
    match after {
        None => path.to_owned(),
        Some(place) => format!("{path}?after={place}"),
    }
}

/// The path of a task's people, from the first or after a place.
pub fn task_subjects(task_id: &str, after: Option<u64>) -> String {
    let path = TASK_SUBJECTS.replace("{taskId}", task_id);
    match after {
        None => path,
        Some(place) => format!("{path}?after={place}"),
    }
}

/// The path of a task's results, from the first or after a line.
pub fn task_results(task_id: &str, after: Option<u64>) -> String {
    let path = TASK_RESULTS.replace("{taskId}", task_id);
    match after {
        None => path,
        Some(line) => format!("{path}?after={line}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_go_on_after_a_line() {
        assert_eq!(super::task_results("t1", None), "/registration/v1/tasks/t1/results");
        assert_eq!(super::task_results("t1", Some(7)), "/registration/v1/tasks/t1/results?after=7");
    }
}
