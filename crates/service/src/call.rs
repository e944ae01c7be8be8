//! One HTTP call and what can come of it.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use pmh_wire::{PROBLEM_MEDIA_TYPE, Problem};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::connector::Ending;

/// Largest answer that a client takes in.
pub const ANSWER_BYTES_MAX: usize = 64 << 20;

/// From the call to the last byte of its answer, connecting included.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// Well under the doors' header time-out: this side must hang up first, or a request could meet a connection
/// that the door is just closing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No connection, no trust, or no answer on it. Whether the request had an effect is not known.
    #[error("no answer: {0}")]
    Unreachable(String),
    #[error("no answer in time")]
    TimedOut,
    #[error("refused: {0}")]
    Refused(Problem),
    #[error("an answer that is not agreed: {0}")]
    Unexpected(String),
}

/// A pool of connections to one address.
pub(crate) struct Caller<C> {
    client: Client<C, Body>,
    scheme: &'static str,
    address: SocketAddr,
}

impl<C: Connect + Clone + Send + Sync + 'static> Caller<C> {
    pub(crate) fn new(connector: C, scheme: &'static str, address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            // A kept connection that the door has just closed. Nothing was written to it, so nothing is sent twice.
            .retry_canceled_requests(true)
            .build(connector);
        Self { client, scheme, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Body,
        timeout: Duration,
    ) -> Result<(StatusCode, HeaderMap, Bytes), CallError> {
        let request = self.request(method, path, headers, body)?;
        match tokio::time::timeout(timeout, self.exchange(request)).await {
            Ok(answered) => answered,
            Err(_) => Err(CallError::TimedOut),
        }
    }

    /// Up to the headers of the answer.
    pub(crate) async fn open(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Body,
        timeout: Duration,
    ) -> Result<Response<Incoming>, CallError> {
        let request = self.request(method, path, headers, body)?;
        match tokio::time::timeout(timeout, self.client.request(request)).await {
            Ok(answered) => answered.map_err(|error| unanswered(&error)),
            Err(_) => Err(CallError::TimedOut),
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Request<Body>, CallError> {
        let unusable = |_| CallError::Unexpected("the path of the call is none".to_owned());
        let uri: Uri = format!("{}://{}{path}", self.scheme, self.address).parse().map_err(unusable)?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let accepted = HeaderValue::from_static("application/json, application/problem+json");
        request.headers_mut().entry(ACCEPT).or_insert(accepted);
        Ok(request)
    }

    async fn exchange(&self, request: Request<Body>) -> Result<(StatusCode, HeaderMap, Bytes), CallError> {
        let response = self.client.request(request).await.map_err(|error| unanswered(&error))?;
        collected(response).await
    }
}

async fn collected(response: Response<Incoming>) -> Result<(StatusCode, HeaderMap, Bytes), CallError> {
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| unreachable_by(error.as_ref()))?;
    Ok((parts.status, parts.headers, body.to_bytes()))
}

/// The body piece by piece, or why there is none.
pub(crate) async fn body_of(
    response: Response<Incoming>,
    pause_max: Duration,
) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send, CallError> {
    if !response.status().is_success() {
        let refused = tokio::time::timeout(pause_max, collected(response)).await;
        return Err(match read_answer::<IgnoredAny>(refused.map_err(|_| CallError::TimedOut)??) {
            Err(error) => error,
            Ok(_) => CallError::Unexpected("a refusal that is none".to_owned()),
        });
    }
    let pieces = response.into_body().into_data_stream();
    Ok(stream::try_unfold(pieces, move |mut pieces| async move {
        match tokio::time::timeout(pause_max, pieces.next()).await {
            Err(_) => Err(CallError::TimedOut),
            Ok(None) => Ok(None),
            Ok(Some(Err(error))) => Err(unreachable_by(&error)),
            Ok(Some(Ok(piece))) => Ok(Some((piece, pieces))),
        }
    }))
}

/// A body as JSON, with the header that says so.
pub(crate) fn json<B: Serialize>(body: &B) -> (HeaderMap, Body) {
    let bytes = serde_json::to_vec(body).expect("bodies of the wire crate become JSON");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    (headers, Body::from(bytes))
}

/// The JSON agreed, or why there is none.
pub(crate) fn read_answer<A: DeserializeOwned>(
    (status, headers, body): (StatusCode, HeaderMap, Bytes),
) -> Result<A, CallError> {
    if status.is_success() {
        // The parser's message may quote a value of the answer.
        return serde_json::from_slice(&body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            CallError::Unexpected(format!(
                "status {status}, not the JSON agreed (line {line}, column {column})"
            ))
        });
    }
    let is_problem = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_MEDIA_TYPE);
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) if is_problem => Err(CallError::Refused(problem)),
        _ => Err(CallError::Unexpected(format!("status {status} without a problem"))),
    }
}

/// What the connection was told counts among the causes, also where the request came too late to meet it.
fn unanswered(error: &legacy::Error) -> CallError {
    let ending = error.connect_info().and_then(Ending::of);
    match (unreachable_by(error), ending.as_ref().and_then(Ending::told)) {
        (CallError::Unreachable(causes), Some(told)) if !causes.contains(told) => {
            CallError::Unreachable(format!("{causes}: {told}"))
        }
        (error, _) => error,
    }
}

/// The whole chain of causes: the last one says whether it was the network or the certificate.
pub(crate) fn unreachable_by(error: &(dyn Error + 'static)) -> CallError {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        cause = error.source();
    }
    CallError::Unreachable(texts.join(": "))
}
