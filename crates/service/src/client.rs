//! How a party calls another one.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use pmh_domain::Stopwatch;
use pmh_wire::{Door, Party, PeerName};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Caller, TIMEOUT, body_of, json, read_answer};
use crate::connector::Connector;
use crate::exchanges::template_of;
use crate::pki::{CaCertificate, Expected, Identity};
use crate::{CallError, Exchange, Exchanges, PartyEnv, StartError, tls};

/// A client of one party at one address, under one certificate. Connections are kept and shared by all clones, until
/// the certificate is rotated or another one revoked: the next request goes over a connection of its own.
///
/// It never sends a request a second time: whether the first had an effect is the caller's to know.
#[derive(Clone)]
pub struct PeerClient {
    shared: Arc<Shared>,
    timeout: Duration,
    /// Sent with every request beside the certificate.
    authorization: Option<HeaderValue>,
}

struct Shared {
    connector: Connector,
    address: SocketAddr,
    calling: Mutex<Calling>,
    ca: CaCertificate,
    /// The certificate that is shown, if one is.
    from: Option<Identity>,
    to: Party,
    exchanges: Exchanges,
}

/// A pool, and which certificates its connections were made with.
struct Calling {
    versions: Versions,
    caller: Arc<Caller<Connector>>,
}

/// Of the list of revoked certificates, and of the own certificate.
type Versions = (u64, Option<u64>);

impl Shared {
    /// Requests under way keep the pool that they were sent with.
    fn caller(&self) -> Arc<Caller<Connector>> {
        let versions = versions(&self.ca, self.from.as_ref());
        let mut calling = self.calling.lock().unwrap_or_else(PoisonError::into_inner);
        if calling.versions != versions {
            *calling = Calling { versions, caller: caller_at(self.address, &self.connector) };
        }
        Arc::clone(&calling.caller)
    }
}

fn versions(ca: &CaCertificate, own: Option<&Identity>) -> Versions {
    (ca.list_version(), own.map(Identity::version))
}

fn caller_at(address: SocketAddr, connector: &Connector) -> Arc<Caller<Connector>> {
    Arc::new(Caller::new(connector.clone(), "https", address))
}

impl PeerClient {
    /// Calls only a server whose certificate is of this CA and names `to`: a party, or a certain peer.
    pub fn new(
        identity: &Identity,
        ca: &CaCertificate,
        to: impl Into<Expected>,
        address: SocketAddr,
        exchanges: Exchanges,
    ) -> Self {
        Self::connected(Some(identity), ca, to.into(), address, exchanges)
    }

    /// Shows no certificate, as nobody should: for showing that a door refuses it.
    pub fn without_certificate(ca: &CaCertificate, to: impl Into<Expected>, address: SocketAddr) -> Self {
        Self::connected(None, ca, to.into(), address, Exchanges::none())
    }

    fn connected(
        identity: Option<&Identity>,
        ca: &CaCertificate,
        expected: Expected,
        address: SocketAddr,
        exchanges: Exchanges,
    ) -> Self {
        let to = expected.party;
        let connector = Connector::new(address, tls::client_config(identity, ca, expected));
        let calling = Calling { versions: versions(ca, identity), caller: caller_at(address, &connector) };
        let calling = Mutex::new(calling);
        let (ca, from) = (ca.clone(), identity.cloned());
        let shared = Arc::new(Shared { connector, address, calling, ca, from, to, exchanges });
        Self { shared, timeout: TIMEOUT, authorization: None }
    }

    /// A client of another party's door in the same world, speaking as `own`.
    pub fn of(env: &PartyEnv, own: &PeerName, to: Party, door: Door) -> Result<Self, StartError> {
        let identity = env.pki.load(own)?;
        Ok(Self::new(&identity, env.pki.ca(), to, env.world.reach(door)?, env.exchanges.clone()))
    }

    /// The same client with another time-out, for calls with large bodies.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }

    /// The same client with a bearer token beside its certificate; a request's own header goes before it. `None` for
    /// a text that cannot stand in a header.
    #[must_use]
    pub fn with_bearer(&self, token: &str) -> Option<Self> {
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some(Self { authorization: Some(value), ..self.clone() })
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

    /// Reads an answer of any size while it comes. A pause longer than the client's time-out is an error, and so is an
    /// answer that breaks off.
    pub async fn download(
        &self,
        path: &str,
        accept: HeaderValue,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, accept)]);
        self.authorize(&mut headers);
        let stopwatch = Stopwatch::start();
        let opened = self.shared.caller().open(Method::GET, path, headers, Body::empty(), self.timeout).await;
        let outcome = opened.as_ref().map_or(0, |answer| answer.status().as_u16());
        self.record(&Method::GET, path, outcome, stopwatch.elapsed_ms());
        body_of(opened?, self.timeout).await
    }

    fn authorize(&self, headers: &mut HeaderMap) {
        if let Some(authorization) = &self.authorization {
            headers.entry(AUTHORIZATION).or_insert_with(|| authorization.clone());
        }
    }

    fn record(&self, method: &Method, path: &str, outcome: u16, elapsed_ms: u64) {
        let Shared { from, to, exchanges, .. } = &*self.shared;
        let Some(from) = from.as_ref().map(|from| from.peer.clone()) else { return };
        let what = format!("{method} {}", template_of(path));
        exchanges.record(Exchange { from, to: *to, what, outcome, elapsed_ms });
    }

    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Result<A, CallError> {
        read_answer(self.send(Method::GET, path, HeaderMap::new(), Body::empty()).await?)
    }

    /// Sends a body of any kind, also one that is made while it is sent (`Body::from_stream`), and gives back
    /// whatever is answered.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        body: Body,
    ) -> Result<(StatusCode, HeaderMap, Bytes), CallError> {
        self.authorize(&mut headers);
        let stopwatch = Stopwatch::start();
        let answered = self.shared.caller().call(method.clone(), path, headers, body, self.timeout).await;
        let outcome = answered.as_ref().map_or(0, |(status, _, _)| status.as_u16());
        self.record(&method, path, outcome, stopwatch.elapsed_ms());
        answered
    }
}

impl fmt::Debug for PeerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { address, from, to, .. } = &*self.shared;
        let from = from.as_ref().map_or_else(|| "nobody".to_owned(), |from| from.peer.to_string());
        write!(f, "PeerClient({from} to {to} at {address})")
    }
}
