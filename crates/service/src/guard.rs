//! What happens to every request of a door before and after its handler.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use pmh_domain::Stopwatch;
use pmh_wire::{Code, Door, PROBLEM_MEDIA_TYPE, Party};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::bounded::BoundedBody;
use crate::limits::{Allowance, Limits};
use crate::peer::RevokedPeer;
use crate::{Peer, Refused, VERSION, origin};

const X_PMH_SIM: HeaderName = HeaderName::from_static("x-pmh-sim");

pub(crate) struct DoorState {
    pub(crate) door: Door,
    /// Who may come in; nobody in particular at a plain door.
    pub(crate) peers: &'static [Party],
    pub(crate) port: u16,
    pub(crate) limits: Limits,
    pub(crate) requests: Semaphore,
}

/// The span names the path's template, never the path: nothing that a client writes gets into a log.
pub(crate) async fn guard(State(door): State<Arc<DoorState>>, request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::start();
    let template = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str);
    let peer = request.extensions().get::<Peer>().map(|Peer(peer)| tracing::field::display(peer.clone()));
    let span = tracing::info_span!(
        "request",
        door = door.door.name(),
        method = known_method(request.method()),
        path = template,
        peer,
        status = tracing::field::Empty,
        elapsed_ms = tracing::field::Empty,
    );
    let mut response = as_problem(answer(&door, request, next).instrument(span.clone()).await);
    response.headers_mut().insert(X_PMH_SIM, HeaderValue::from_static(VERSION));
    span.record("status", response.status().as_u16());
    span.record("elapsed_ms", stopwatch.elapsed_ms());
    span.in_scope(|| tracing::debug!("answered"));
    response
}

async fn answer(door: &DoorState, mut request: Request, next: Next) -> Response {
    if let Err(code) = admit(door, &request) {
        return Refused::from(code).into_response();
    }
    let Ok(_turn) = door.requests.try_acquire() else {
        return Refused::from(Code::Unavailable).into_response();
    };
    let allowance = Allowance::new(&door.limits);
    request.extensions_mut().insert(allowance.clone());
    let idle_timeout = door.limits.body_idle_timeout;
    let request = request.map(|body| Body::new(BoundedBody::new(body, allowance.clone(), idle_timeout)));
    let handling = AssertUnwindSafe(next.run(request)).catch_unwind();
    tokio::select! {
        handled = handling => handled.unwrap_or_else(|_payload| {
            tracing::error!("a handler panicked");
            Refused::from(Code::Internal).into_response()
        }),
        () = run_out(&allowance) => Refused::from(Code::TimedOut).into_response(),
    }
}

/// Before anything else, on every path of the door, known or not.
fn admit(door: &DoorState, request: &Request) -> Result<(), Code> {
    if door.peers.is_empty() {
        let own = origin::is_own(request.headers(), request.uri(), door.port);
        return if own { Ok(()) } else { Err(Code::ForeignOrigin) };
    }
    if request.extensions().get::<RevokedPeer>().is_some() {
        return Err(Code::CertificateRevoked);
    }
    match request.extensions().get::<Peer>() {
        Some(Peer(peer)) if door.peers.contains(&peer.party) => Ok(()),
        _ => Err(Code::WrongPeer),
    }
}

/// Ends when the request's time is up. The route may prolong it while the door's own time runs.
async fn run_out(allowance: &Allowance) {
    let mut waited = Duration::ZERO;
    loop {
        let allowed = allowance.request_timeout();
        if waited >= allowed {
            return;
        }
        tokio::time::sleep(allowed.saturating_sub(waited)).await;
        waited = allowed;
    }
}

/// A method of a client's own invention is a text that it chose.
fn known_method(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Turns the router's and its extractors' own refusals into problems; their texts may quote the request.
fn as_problem(response: Response) -> Response {
    let status = response.status();
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_MEDIA_TYPE);
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let code = match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Code::TimedOut,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => Code::TooManyRequests,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_server_error() => Code::Internal,
        _ => Code::MalformedBody,
    };
    let mut problem = Refused::from(code).into_response();
    if let Some(allow) = response.headers().get(ALLOW) {
        problem.headers_mut().insert(ALLOW, allow.clone());
    }
    problem
}
