//! What a door answered, and waiting for what happens by itself.

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use pmh_domain::Stopwatch;
use pmh_service::PeerClient;
use pmh_wire::{Code, PROBLEM_MEDIA_TYPE, Problem};
use serde::de::DeserializeOwned;

use super::leaks;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl From<(StatusCode, HeaderMap, Bytes)> for Answer {
    fn from((status, headers, body): (StatusCode, HeaderMap, Bytes)) -> Self {
        if !status.is_success() {
            leaks::none_in_refusal(format!("{headers:?}").as_bytes());
            leaks::none_in_refusal(&body);
        }
        Self { status, headers, body }
    }
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem that refused the call, with the status that its code has.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.headers[CONTENT_TYPE], PROBLEM_MEDIA_TYPE, "{self:?}");
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        problem
    }

    /// Fails unless the door refused with this code, and its status.
    #[track_caller]
    pub(crate) fn assert_refused(&self, code: Code, what: &str) {
        let problem = self.problem();
        assert_eq!((problem.code.as_str(), problem.status), (code.as_str(), code.status()), "{what}");
    }
}

/// A body of a kind, sent as it is.
pub(crate) async fn post(
    client: &PeerClient,
    path: &str,
    kind: &'static str,
    body: impl Into<Body>,
) -> Answer {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
    client.send(Method::POST, path, headers, body.into()).await.unwrap().into()
}

pub(crate) async fn post_json(client: &PeerClient, path: &str, body: impl Into<Body>) -> Answer {
    post(client, path, "application/json", body).await
}

pub(crate) async fn get(client: &PeerClient, path: &str) -> Answer {
    client.send(Method::GET, path, HeaderMap::new(), Body::empty()).await.unwrap().into()
}

pub(crate) fn header(name: HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
}

const PATIENCE_MS: u64 = 20_000;

/// Asks again until there is an answer. The one place of the suite that waits.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let waited = Stopwatch::start();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(waited.elapsed_ms() < PATIENCE_MS, "{what}: not in time");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
