//! A PKI in a folder that vanishes, and doors on ports that the system picks.

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::routing::get;
use pmh_wire::{Door, Party, PeerName};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{DoorOptions, Exchanges, Identity, Limits, PeerClient, Pki, serve_door};

pub(super) struct Stand {
    pub(super) pki: Pki,
    folder: TempDir,
}

pub(super) struct OpenDoor {
    pub(super) address: SocketAddr,
    pub(super) shutdown: CancellationToken,
    pub(super) served: JoinHandle<()>,
}

pub(super) fn peer(party: Party, name: &str) -> PeerName {
    PeerName::new(party, name).unwrap()
}

impl Stand {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { pki: Pki::create(folder.path()).unwrap(), folder }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn identity(&self, party: Party) -> Identity {
        self.pki.issue(&peer(party, party.as_str())).unwrap()
    }

    /// The numbering door, which only the hub may use.
    pub(super) fn numbering(&self, router: Router, limits: Limits) -> OpenDoor {
        let options = DoorOptions::between(Door::Numbering, &[Party::Hub]).with_limits(limits);
        self.door(options, router, Party::Intermediate)
    }

    pub(super) fn door(&self, options: DoorOptions, router: Router, own: Party) -> OpenDoor {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let tls = Some((&self.identity(own), self.pki.ca()));
        let served = serve_door(listener, options, router, tls, shutdown.clone()).unwrap();
        OpenDoor { address, shutdown, served }
    }

    pub(super) fn client(&self, from: Party, to: Party, address: SocketAddr) -> PeerClient {
        PeerClient::new(&self.identity(from), self.pki.ca(), to, address, Exchanges::none())
    }
}

/// The terminal's door: plain HTTP.
pub(super) fn terminal(router: Router, limits: Limits) -> OpenDoor {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let options = DoorOptions::plain(Door::Terminal).with_limits(limits);
    let served = serve_door(listener, options, router, None, shutdown.clone()).unwrap();
    OpenDoor { address, shutdown, served }
}

impl OpenDoor {
    /// One request on a connection of its own; the whole answer as text.
    pub(super) async fn ask(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
        read_all(&mut stream).await
    }
}

pub(super) async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// `GET /v1/hello` answers `"hello"`.
pub(super) fn hello() -> Router {
    Router::new().route("/v1/hello", get(|| async { axum::Json("hello") }))
}
