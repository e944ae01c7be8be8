//! Bounds of a door, and of single routes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use tower::{Layer, Service};

/// Bounds of a door. All times are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub handshake_timeout: Duration,
    /// From the first look for a request to the end of its headers, so also the longest idle time of a
    /// kept connection. Clients must let go of an idle connection sooner.
    pub header_timeout: Duration,
    /// From the end of the headers to the answer. Routes may have their own ([`RouteLimits`]).
    pub request_timeout: Duration,
    /// The longest pause within a body.
    pub body_idle_timeout: Duration,
    /// Requests at once; the next one is answered 503.
    pub requests_max: usize,
    /// Connections at once; the next one waits in the system's queue.
    pub connections_max: usize,
    /// Routes may have their own ([`RouteLimits`]).
    pub body_bytes_max: usize,
    /// The first answer after this time closes its connection.
    pub connection_age: Duration,
    /// The answer to this one closes the connection.
    pub connection_requests: u64,
    /// How long requests in flight may go on after the shutdown began.
    pub shutdown_grace: Duration,
}

impl Limits {
    pub const STANDARD: Self = Self {
        handshake_timeout: Duration::from_secs(10),
        header_timeout: Duration::from_secs(30),
        request_timeout: Duration::from_secs(30),
        body_idle_timeout: Duration::from_secs(30),
        requests_max: 1_024,
        connections_max: 1_024,
        body_bytes_max: 1 << 20,
        connection_age: Duration::from_mins(10),
        connection_requests: 100_000,
        shutdown_grace: Duration::from_secs(5),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// Bounds of one route that differ from its door's, as a layer:
/// `post(submit).layer(RouteLimits::body_bytes(1 << 30).within(Duration::from_mins(30)))`.
///
/// They hold however the handler reads its body, also piece by piece; axum's `DefaultBodyLimit` does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RouteLimits {
    body_bytes_max: Option<usize>,
    request_timeout: Option<Duration>,
}

impl RouteLimits {
    pub fn body_bytes(max: usize) -> Self {
        Self { body_bytes_max: Some(max), request_timeout: None }
    }

    /// From the end of the headers to the answer.
    #[must_use]
    pub fn within(self, request_timeout: Duration) -> Self {
        Self { request_timeout: Some(request_timeout), ..self }
    }
}

impl<S> Layer<S> for RouteLimits {
    type Service = WithRouteLimits<S>;

    fn layer(&self, inner: S) -> WithRouteLimits<S> {
        WithRouteLimits { limits: *self, inner }
    }
}

#[derive(Debug, Clone)]
pub struct WithRouteLimits<S> {
    limits: RouteLimits,
    inner: S,
}

impl<S: Service<Request>> Service<Request> for WithRouteLimits<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> S::Future {
        if let Some(allowance) = request.extensions().get::<Allowance>() {
            allowance.set(self.limits);
        }
        self.inner.call(request)
    }
}

/// What the request under way is allowed. The door makes it, the route changes it.
#[derive(Debug, Clone)]
pub(crate) struct Allowance(Arc<Bounds>);

#[derive(Debug)]
struct Bounds {
    body_bytes_max: AtomicU64,
    request_timeout_ms: AtomicU64,
}

impl Allowance {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Bounds {
            body_bytes_max: AtomicU64::new(bytes(limits.body_bytes_max)),
            request_timeout_ms: AtomicU64::new(ms(limits.request_timeout)),
        }))
    }

    pub(crate) fn body_bytes_max(&self) -> u64 {
        self.0.body_bytes_max.load(Ordering::Relaxed)
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.0.request_timeout_ms.load(Ordering::Relaxed))
    }

    fn set(&self, limits: RouteLimits) {
        if let Some(max) = limits.body_bytes_max {
            self.0.body_bytes_max.store(bytes(max), Ordering::Relaxed);
        }
        if let Some(timeout) = limits.request_timeout {
            self.0.request_timeout_ms.store(ms(timeout), Ordering::Relaxed);
        }
    }
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
