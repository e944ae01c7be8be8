//! Carries the submissions of one municipality to their end, in the order of their files.
//!
//! Every step is stored before the next begins, so a process that was killed goes on where it was. The one step
//! that may happen twice is the sending: the hub takes the same content, while its task is unfinished, for the same
//! task, and later for one whose rows come out `unchanged`.

use std::sync::Arc;
use std::time::Duration;

use pmh_service::CallError;
use pmh_store::StoreError;
use pmh_wire::{Task, TaskStatus};

use crate::RegistrationClient;
use crate::municipality::Municipal;
use crate::store::chunk;
use crate::store::submission::{self, State, Submission};
use crate::submission::send;

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// What stands in the way of a step.
enum Obstacle {
    Hub(CallError),
    Store(StoreError),
}

pub(crate) async fn run(municipal: Arc<Municipal>, client: RegistrationClient) {
    let mut pause = PAUSE_MIN;
    loop {
        let step = tokio::select! {
            () = municipal.shutdown.cancelled() => return,
            step = carry_all(&municipal, &client) => step,
        };
        match step {
            Ok(()) => return,
            Err(Obstacle::Hub(error)) => tracing::debug!(?error, "the hub is away, submissions wait"),
            Err(Obstacle::Store(error)) => tracing::warn!(%error, "a submission waits"),
        }
        tokio::select! {
            () = municipal.shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn carry_all(municipal: &Arc<Municipal>, client: &RegistrationClient) -> Result<(), Obstacle> {
    let municipality = client.municipality().to_string();
    let mut tx = municipal.store.read().await?;
    let submissions = submission::list(&mut tx, &municipality).await?;
    tx.commit().await?;
    for submission in submissions {
        carry(municipal, client, &municipality, submission).await?;
    }
    Ok(())
}

async fn carry(
    municipal: &Arc<Municipal>,
    client: &RegistrationClient,
    municipality: &str,
    submission: Submission,
) -> Result<(), Obstacle> {
    let number = submission.number;
    let mut state = submission.state;
    loop {
        state = match &state {
            State::Pending => send_file(municipal, client, number, &submission.file_name).await?,
            State::Sent { task_id } => follow_task(client, task_id).await?,
            State::Done { .. } | State::Refused { .. } => return Ok(()),
        };
        store_state(municipal, municipality, number, &state).await?;
        count(municipal, &state);
    }
}

async fn send_file(
    municipal: &Arc<Municipal>,
    client: &RegistrationClient,
    number: i64,
    file_name: &str,
) -> Result<State, Obstacle> {
    let body = send::body(Arc::clone(municipal), client.municipality().to_string(), number);
    match client.submit_json_stream(body, Some(file_name)).await {
        Ok(task) => Ok(State::Sent { task_id: task.task_id }),
        Err(CallError::Refused(problem)) if is_final(problem.status) => {
            Ok(State::Refused { outcome: problem.code.clone() })
        }
        Err(error) => Err(error.into()),
    }
}

/// The content itself is at fault. Anything else may pass: a hub that is busy, or does not know us yet.
fn is_final(status: u16) -> bool {
    matches!(status, 400 | 413 | 415 | 422)
}

async fn follow_task(client: &RegistrationClient, task_id: &str) -> Result<State, Obstacle> {
    match client.wait_until_finished(task_id, |_| {}).await {
        // Its records are kept: some of them the hub has not.
        Ok(task) if task.status != TaskStatus::Completed => Ok(State::Refused { outcome: outcome(&task) }),
        Ok(task) => Ok(State::Done { outcome: outcome(&task) }),
        // The hub was reset: it knows the task no more, and the file is sent again.
        Err(CallError::Refused(problem)) if problem.status == 404 => Ok(State::Pending),
        Err(error) => Err(error.into()),
    }
}

/// The final counts, as the hub gave them: nothing of a person is in a task.
fn outcome(task: &Task) -> String {
    serde_json::to_string(task).expect("a task read from JSON can be written as JSON")
}

/// The records of a finished submission are deleted in the transaction that finishes it.
async fn store_state(
    municipal: &Municipal,
    municipality: &str,
    number: i64,
    state: &State,
) -> Result<(), StoreError> {
    let mut tx = municipal.store.write().await?;
    if let State::Done { .. } = state {
        chunk::delete_of(&mut tx, municipality, number).await?;
    }
    submission::set_state(&mut tx, municipality, number, state).await?;
    tx.commit().await
}

/// The name of a file stays out of the log: it is the municipality's own and may hold a person's.
fn count(municipal: &Municipal, state: &State) {
    match state {
        State::Pending => municipal.counters.add("submissions_to_send_again", 1),
        State::Sent { task_id } => {
            municipal.counters.add("submissions_sent", 1);
            tracing::info!(task_id, "a file was taken by the hub");
        }
        State::Done { outcome } => {
            municipal.counters.add("submissions_done", 1);
            tracing::info!(outcome, "the hub has finished a file");
        }
        State::Refused { outcome } => {
            municipal.counters.add("submissions_refused", 1);
            tracing::warn!(outcome, "the hub refused a file");
        }
    }
}

impl From<CallError> for Obstacle {
    fn from(error: CallError) -> Self {
        Self::Hub(error)
    }
}

impl From<StoreError> for Obstacle {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
