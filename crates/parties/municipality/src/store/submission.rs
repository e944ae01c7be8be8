//! Files on their way to the hub, and how far each one is.

use pmh_store::{StoreError, Tx, on_connection};

/// How far a submission is. What was refused as a whole is not sent again: the same bytes would be refused again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Sent { task_id: String },
    Done { outcome: String },
    Refused { outcome: String },
}

pub(crate) struct Submission {
    pub(crate) number: i64,
    pub(crate) file_name: String,
    pub(crate) state: State,
}

pub(crate) async fn add(
    tx: &mut Tx,
    municipality: &str,
    number: i64,
    file_name: &str,
) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO submission (municipality_code, submission, file_name, state) VALUES ($1, $2, $3, 0)",
        )
        .bind(municipality)
        .bind(number)
        .bind(file_name)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn set_state(
    tx: &mut Tx,
    municipality: &str,
    number: i64,
    state: &State,
) -> Result<(), StoreError> {
    let (code, task_id, outcome) = match state {
        State::Pending => (0_i64, None, None),
        State::Sent { task_id } => (1, Some(task_id.as_str()), None),
        State::Done { outcome } => (2, None, Some(outcome.as_str())),
        State::Refused { outcome } => (3, None, Some(outcome.as_str())),
    };
    on_connection!(tx, conn => sqlx::query(
            "UPDATE submission SET state = $3, task_id = $4, outcome = $5
              WHERE municipality_code = $1 AND submission = $2",
        )
        .bind(municipality)
        .bind(number)
        .bind(code)
        .bind(task_id)
        .bind(outcome)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn list(tx: &mut Tx, municipality: &str) -> Result<Vec<Submission>, StoreError> {
    let rows = on_connection!(tx, conn => sqlx::query_as::<_, (i64, String, i64, Option<String>, Option<String>)>(
            "SELECT submission, file_name, state, task_id, outcome FROM submission
              WHERE municipality_code = $1 ORDER BY submission",
        )
        .bind(municipality)
        .fetch_all(conn)
        .await)?;
    rows.into_iter()
        .map(|(number, file_name, code, task_id, outcome)| {
            let state = match (code, task_id, outcome) {
                (0, None, None) => State::Pending,
                (1, Some(task_id), None) => State::Sent { task_id },
                (2, None, Some(outcome)) => State::Done { outcome },
                (3, None, Some(outcome)) => State::Refused { outcome },
                _ => return Err(StoreError::Inconsistent { table: "submission", column: "state" }),
            };
            Ok(Submission { number, file_name, state })
        })
        .collect()
}
