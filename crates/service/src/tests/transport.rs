//! Who gets through TLS and past the door, and who does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{HeaderMap, Method, Uri};
use hyper_util::client::legacy::connect::Connection;
use hyper_util::rt::TokioIo;
use pmh_wire::{Code, Door, Party, Problem};
use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::version::TLS13;
use rustls::{ClientConfig, HandshakeKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower::Service;

use super::stand::{Stand, hello, peer};
use crate::connector::{Connector, Ending};
use crate::{CallError, DoorOptions, Exchanges, Expected, Limits, Peer, PeerClient, tls};

const REQUEST: &[u8] = b"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn greeting() -> Router {
    Router::new().route("/v1/hello", get(|Peer(peer): Peer| async move { axum::Json(peer.to_string()) }))
}

#[tokio::test]
async fn the_right_peer_is_answered_and_known_by_name() {
    let stand = Stand::new();
    let door = stand.numbering(greeting(), Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    assert_eq!(client.get::<String>("/v1/hello").await.unwrap(), "urn:pmh-sim:hub:hub");
}

#[tokio::test]
async fn a_wrong_party_is_refused_on_every_path() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let client = stand.client(Party::Portal, Party::Intermediate, door.address);
    for path in ["/v1/hello", "/nowhere", "/"] {
        let refused = client.get::<String>(path).await;
        assert_eq!(refused, Err(CallError::Refused(Code::WrongPeer.problem())), "{path}");
    }
}

#[tokio::test]
async fn every_refusal_is_a_problem_and_every_answer_names_the_simulator() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let cases =
        [(Method::GET, "/nowhere", Code::NotFound), (Method::POST, "/v1/hello", Code::MethodNotAllowed)];
    for (method, path, code) in cases {
        let (status, headers, body) =
            client.send(method, path, HeaderMap::new(), Body::empty()).await.unwrap();
        assert_eq!(status.as_u16(), code.status());
        assert_eq!(serde_json::from_slice::<Problem>(&body).unwrap(), code.problem());
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(headers["x-pmh-sim"], crate::VERSION);
        assert_eq!(headers.contains_key("allow"), code == Code::MethodNotAllowed);
    }
    let (_, headers, _) =
        client.send(Method::GET, "/v1/hello", HeaderMap::new(), Body::empty()).await.unwrap();
    assert_eq!(headers["x-pmh-sim"], crate::VERSION);
}

#[tokio::test]
async fn without_a_certificate_nobody_gets_in() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let anonymous = client_builder(&stand).with_no_client_auth();
    let error = ask_by(anonymous, door.address).await.unwrap_err();
    assert!(error.to_string().contains("CertificateRequired"), "{error}");
    let client = PeerClient::without_certificate(stand.pki.ca(), Party::Intermediate, door.address);
    assert!(matches!(client.get::<String>("/v1/hello").await, Err(CallError::Unreachable(_))));
}

/// The pool hands it to a request that found its connection not ready, because the refusal came first.
#[tokio::test]
async fn a_connection_keeps_the_doors_reason_for_ending_it() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let config = tls::client_config(None, stand.pki.ca(), Party::Intermediate.into());
    let wire = Connector::new(door.address, config).call(Uri::from_static("/")).await.unwrap();
    let ending = Ending::of(&wire.connected()).unwrap();
    assert_eq!(ending.told(), None);
    TokioIo::new(wire).read_u8().await.unwrap_err();
    assert!(ending.told().is_some_and(|told| told.contains("CertificateRequired")), "{:?}", ending.told());
}

#[tokio::test]
async fn a_certificate_of_another_ca_gets_nobody_in() {
    let stand = Stand::new();
    let reached = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&reached);
    let router = Router::new().route(
        "/v1/hello",
        get(move || async move {
            counted.fetch_add(1, Ordering::Relaxed);
            axum::Json("hello")
        }),
    );
    let door = stand.numbering(router, Limits::STANDARD);
    let foreign = Stand::new().identity(Party::Hub);
    let client =
        PeerClient::new(&foreign, stand.pki.ca(), Party::Intermediate, door.address, Exchanges::none());
    let refused = client.get::<String>("/v1/hello").await;
    assert!(matches!(refused, Err(CallError::Unreachable(_))), "{refused:?}");
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_client_calls_no_server_of_another_party_name_or_ca() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let identity = stand.identity(Party::Hub);
    let call = async |to: Expected, ca| {
        PeerClient::new(&identity, ca, to, door.address, Exchanges::none()).get::<String>("/v1/hello").await
    };
    let own = peer(Party::Intermediate, "intermediate");
    let other = peer(Party::Intermediate, "another");
    assert_eq!(call(Expected::from(&own), stand.pki.ca()).await.unwrap(), "hello");
    for wrong in [Expected::from(Party::Portal), Expected::from(&other)] {
        let refused = call(wrong, stand.pki.ca()).await;
        let Err(CallError::Unreachable(reason)) = refused else { panic!("{refused:?}") };
        assert!(reason.contains("NotValidForName"), "{reason}");
    }
    let refused = call(Expected::from(&own), Stand::new().pki.ca()).await;
    assert!(matches!(refused, Err(CallError::Unreachable(_))), "{refused:?}");
}

#[test]
fn both_sides_offer_tls_1_3_alone() {
    let suites = tls::provider().cipher_suites.clone();
    assert!(suites.iter().all(|suite| suite.version() == &TLS13));
}

#[tokio::test]
async fn no_session_is_resumed_even_for_a_client_that_would() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let certified = stand.identity(Party::Hub).certified();
    // The default resumption of rustls: tickets are kept in memory, if any come.
    let config =
        client_builder(&stand).with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    for _ in 0..2 {
        let (kind, answer) = ask_by(config.clone(), door.address).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert_eq!(kind, HandshakeKind::Full);
    }
}

#[tokio::test]
async fn exchanges_are_journalled_with_their_outcome() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let exchanges = Exchanges::new();
    let identity = stand.identity(Party::Hub);
    let client =
        PeerClient::new(&identity, stand.pki.ca(), Party::Intermediate, door.address, exchanges.clone());
    client.get::<String>("/v1/hello?after=7").await.unwrap();
    client.post::<_, String>("/nowhere", &"secret").await.unwrap_err();
    let listed = exchanges.list();
    let kept: Vec<_> = listed.iter().map(|exchange| (exchange.what.as_str(), exchange.outcome)).collect();
    assert_eq!(kept, [("GET /v1/hello", 200), ("POST /nowhere", 404)]);
    assert_eq!((&listed[0].from, listed[0].to), (&identity.peer, Party::Intermediate));
}

#[tokio::test]
async fn a_door_between_parties_needs_an_identity() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let options = DoorOptions::between(Door::Numbering, &[Party::Hub]);
    let served =
        crate::serve_door(listener, options, hello(), None, tokio_util::sync::CancellationToken::new());
    assert!(matches!(served, Err(crate::ServeError::NoIdentity(Door::Numbering))));
}

/// A client that takes part in handshakes as it likes.
pub(super) fn client_builder(
    stand: &Stand,
) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    ClientConfig::builder_with_provider(tls::provider())
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(stand.pki.ca().roots())
}

pub(super) async fn ask_by(
    config: impl Into<Arc<ClientConfig>>,
    address: std::net::SocketAddr,
) -> std::io::Result<(HandshakeKind, String)> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(config.into()).connect(name, stream).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok((stream.get_ref().1.handshake_kind().unwrap(), answer))
}
