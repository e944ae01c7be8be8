//! How somebody on this machine calls a door for people, or an admin door.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::CallError;
use crate::call::{Caller, TIMEOUT, body_of, json, read_answer};

/// A client of one plain door. Its calls are no exchanges between parties, so no journal keeps them.
#[derive(Clone)]
pub struct PlainClient {
    caller: Arc<Caller<HttpConnector>>,
    timeout: Duration,
}

impl PlainClient {
    pub fn new(address: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { caller: Arc::new(Caller::new(connector, "http", address)), timeout: TIMEOUT }
    }

    /// The same client with another time-out.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { caller: Arc::clone(&self.caller), timeout }
    }

    /// Sends a body as JSON and reads the answer as JSON.
    pub async fn post<B: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<A, CallError> {
        let (headers, body) = json(body);
        read_answer(self.send(Method::POST, path, headers, body).await?)
    }

    /// Sends a body as JSON and reads an answer of any size while it comes.
    pub async fn download<B: Serialize>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<B>, CallError> {
        let (headers, body) = json(body);
        body_of(self.caller.open(Method::POST, path, headers, body, self.timeout).await?, self.timeout).await
    }

    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, CallError> {
        read_answer(self.send(Method::GET, path, HeaderMap::new(), Body::empty()).await?)
    }

    /// `get` with a header, such as the citizen's session.
    pub async fn get_with<A: DeserializeOwned>(
        &self,
        path: &str,
        name: HeaderName,
        mut value: HeaderValue,
    ) -> Result<A, CallError> {
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(name, value)]);
        read_answer(self.send(Method::GET, path, headers, Body::empty()).await?)
    }

    /// Sends a body of any kind and gives back whatever is answered.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<(StatusCode, HeaderMap, Bytes), CallError> {
        self.caller.call(method, path, headers, body, self.timeout).await
    }
}

impl fmt::Debug for PlainClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlainClient(at {})", self.caller.address())
    }
}
