//! A request that is not granted: the only road from an error to an answer.

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use pmh_store::StoreError;
use pmh_wire::{Code, PROBLEM_MEDIA_TYPE, Problem};

use crate::CallError;
use crate::bounded::BodyFault;

/// What `Retry-After` says on 429 and 503.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Problem);

impl Refused {
    /// For handlers that read a body piece by piece: over the limit, stalled, or broken off.
    pub fn from_body_error(error: &axum::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(fault) = error.downcast_ref::<BodyFault>() {
                return match fault {
                    BodyFault::TooLarge => Code::BodyTooLarge.into(),
                    BodyFault::Stalled => Code::TimedOut.into(),
                };
            }
            cause = error.source();
        }
        Code::MalformedBody.into()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self(code.problem())
    }
}

/// Logged here, once; the answer says nothing of it.
impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            // A row under a key version that is gone: the next try seals under the newer one.
            StoreError::Busy
            | StoreError::Referenced
            | StoreError::Unavailable
            | StoreError::Unreachable(_) => {
                tracing::warn!(%error, "the store cannot serve now");
                Code::Unavailable.into()
            }
            error => {
                tracing::error!(%error, "the store failed");
                Code::Internal.into()
            }
        }
    }
}

/// A party that could not ask another one. What the other one said is not passed on: it was meant for this
/// party's operator, who finds it in the log.
impl From<CallError> for Refused {
    fn from(error: CallError) -> Self {
        tracing::warn!(%error, "a call to another party failed");
        match error {
            CallError::Unreachable(_) | CallError::TimedOut => Code::Unavailable.into(),
            CallError::Refused(problem) if problem.status == 503 => Code::Unavailable.into(),
            CallError::Refused(_) | CallError::Unexpected(_) => Code::PeerFailed.into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let problem = match problem.status {
            500.. => problem.known_code().unwrap_or(Code::Internal).problem(),
            _ => problem,
        };
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).expect("a problem consists of texts and numbers");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_of_the_server_s_own_fault_carries_no_detail() {
        let problem = Code::Internal.problem().at_field("myNumber").at_line(3).at_column(4);
        let response = Refused(problem).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(serde_json::from_slice::<Problem>(&body).unwrap(), Code::Internal.problem());
    }

    #[test]
    fn a_busy_store_is_asked_again_later() {
        let response = Refused::from(StoreError::Busy).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(RETRY_AFTER));
        let response = Refused::from(StoreError::NotAllowed).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
