//! A door: a listener with a router behind it, and everything that guards it.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use pmh_wire::{Door, Party};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::{self, Served};
use crate::guard::{DoorState, guard};
use crate::limits::Limits;
use crate::peer::Shown;
use crate::pki::{CaCertificate, Identity};
use crate::tls;

/// Pause after the system refused a connection, as it does when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy)]
pub struct DoorOptions {
    pub door: Door,
    /// The parties that may come in; none for a plain door on loopback.
    pub peers: &'static [Party],
    pub limits: Limits,
}

impl DoorOptions {
    /// A door between parties: TLS, and only these get past it.
    pub fn between(door: Door, peers: &'static [Party]) -> Self {
        Self { door, peers, limits: Limits::STANDARD }
    }

    /// A door for people: plain HTTP on loopback.
    pub fn plain(door: Door) -> Self {
        Self { door, peers: &[], limits: Limits::STANDARD }
    }

    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the door {0} is between parties, but it got no identity to speak TLS with")]
    NoIdentity(Door),
    #[error("the door {0} is plain, so it may only listen on loopback, not on {1}")]
    NotLoopback(Door, SocketAddr),
    #[error("the listener of the door {0} does not work")]
    Listener(Door, #[source] io::Error),
}

/// Serves a router until `shutdown`, then finishes the requests in flight. The handle ends when the last
/// connection has.
///
/// Every refusal is a problem: an unknown path (404), a wrong method (405), a wrong peer, host or origin
/// (403), a body over the limit (413), time (408), too many at once (503), a panic (500).
pub fn serve_door(
    listener: TcpListener,
    options: DoorOptions,
    router: Router,
    tls: Option<(&Identity, &CaCertificate)>,
    shutdown: CancellationToken,
) -> Result<JoinHandle<()>, ServeError> {
    let broken = |error| ServeError::Listener(options.door, error);
    let address = listener.local_addr().map_err(broken)?;
    let gate = match (options.peers, tls) {
        ([], _) if !address.ip().is_loopback() => return Err(ServeError::NotLoopback(options.door, address)),
        ([], _) => None,
        (_, None) => return Err(ServeError::NoIdentity(options.door)),
        (_, Some((identity, ca))) => {
            Some(Gate { acceptor: tls::server_config(identity, ca).into(), ca: ca.clone() })
        }
    };
    listener.set_nonblocking(true).map_err(broken)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(broken)?;
    let state = DoorState {
        door: options.door,
        peers: options.peers,
        port: address.port(),
        limits: options.limits,
        requests: Semaphore::new(options.limits.requests_max),
    };
    let door = OpenDoor {
        options,
        router: router.layer(from_fn_with_state(Arc::new(state), guard)),
        gate,
        shutdown,
        given_up: CancellationToken::new(),
        connections: TaskTracker::new(),
    };
    Ok(tokio::spawn(door.run(listener)))
}

struct OpenDoor {
    options: DoorOptions,
    router: Router,
    /// None at a plain door.
    gate: Option<Gate>,
    shutdown: CancellationToken,
    /// Cuts what is still open when the grace after a shutdown is over.
    given_up: CancellationToken,
    connections: TaskTracker,
}

/// Speaks TLS, and knows whose certificates count.
#[derive(Clone)]
struct Gate {
    acceptor: TlsAcceptor,
    ca: CaCertificate,
}

impl OpenDoor {
    async fn run(self, listener: tokio::net::TcpListener) {
        tracing::info!(door = self.options.door.name(), tls = self.gate.is_some(), "open");
        let places = Arc::new(Semaphore::new(self.options.limits.connections_max));
        while let Some((stream, place)) = self.next(&listener, &places).await {
            self.connections.spawn(self.connection(stream, place));
        }
        drop(listener);
        self.connections.close();
        if tokio::time::timeout(self.options.limits.shutdown_grace, self.connections.wait()).await.is_err() {
            tracing::warn!(door = self.options.door.name(), "requests were cut off by the shutdown");
            self.given_up.cancel();
            self.connections.wait().await;
        }
    }

    /// The next connection, when there is a place for it; `None` on shutdown.
    async fn next(
        &self,
        listener: &tokio::net::TcpListener,
        places: &Arc<Semaphore>,
    ) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        let accepted = async {
            let place = Arc::clone(places).acquire_owned().await.expect("nobody closes the semaphore");
            loop {
                match listener.accept().await {
                    Ok((stream, _from)) => return (stream, place),
                    Err(error) => {
                        tracing::warn!(%error, door = self.options.door.name(), "cannot accept");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            accepted = accepted => Some(accepted),
            () = self.shutdown.cancelled() => None,
        }
    }

    fn connection(
        &self,
        stream: TcpStream,
        place: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (gate, router, limits) = (self.gate.clone(), self.router.clone(), self.options.limits);
        let (shutdown, given_up) = (self.shutdown.clone(), self.given_up.clone());
        let door = self.options.door;
        let served = async move {
            let _place = place;
            // Small answers must not wait for more; a socket that cannot be told so is only slower.
            let _ = stream.set_nodelay(true);
            let Some(Gate { acceptor, ca }) = gate else {
                connection::serve(stream, Served { router, certificate: None, limits }, shutdown).await;
                return;
            };
            let greeting = acceptor.accept(stream).into_fallible();
            let greeted = tokio::select! {
                greeted = tokio::time::timeout(limits.handshake_timeout, greeting) => greeted,
                () = shutdown.cancelled() => return,
            };
            match greeted {
                Err(_) => tracing::info!(door = door.name(), "a TLS handshake took too long"),
                Ok(Err((error, stream))) => {
                    tracing::info!(door = door.name(), %error, "a TLS handshake failed");
                    // A client of TLS 1.3 has sent its request before it hears of the alert.
                    connection::linger(stream).await;
                }
                Ok(Ok(stream)) => {
                    let certificates = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                    let certificate = certificates.and_then(|shown| Shown::of(shown, &ca));
                    connection::serve(stream, Served { router, certificate, limits }, shutdown).await;
                }
            }
        };
        async move {
            tokio::select! {
                () = served => (),
                () = given_up.cancelled() => (),
            }
        }
    }
}
