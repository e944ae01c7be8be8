//! What a step saw, and what it should have seen and did not.

use pmh_service::{CallError, PkiError, StartError, WorldError};
use pmh_store::StoreError;
use serde_json::{Map, Value};

/// The detail of a step. Nothing personal is noted: counts, codes and outcomes.
#[derive(Default)]
pub struct Findings {
    pub detail: Map<String, Value>,
    pub failures: Vec<String>,
}

impl Findings {
    pub(crate) fn note(&mut self, name: &str, value: impl Into<Value>) {
        self.detail.insert(name.to_owned(), value.into());
    }

    /// The step fails unless this held; the text says what should have been.
    pub(crate) fn must(&mut self, should: &str, held: bool) {
        if !held {
            self.failures.push(should.to_owned());
        }
    }
}

/// Why a step could not be carried through.
#[derive(Debug, thiserror::Error)]
pub enum StepFailed {
    #[error("a call failed: {0}")]
    Call(#[from] CallError),
    #[error("the second eligibility system failed: {0}")]
    Hub(#[from] pmh_eligibility::hub::HubError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a file: {0}")]
    File(#[from] std::io::Error),
    #[error("{0} did not happen in time")]
    TooLate(&'static str),
    #[error("{0}")]
    Unexpected(String),
}

/// The code of the problem that refused a call; what else came instead is told.
pub(crate) fn refusal<T>(answer: Result<T, CallError>) -> String {
    match answer {
        Ok(_) => "accepted".to_owned(),
        Err(CallError::Refused(problem)) => problem.code.clone(),
        Err(error) => error.to_string(),
    }
}
