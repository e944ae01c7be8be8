//! Certificates that were good and are no more.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::routing::get;
use pmh_wire::Party;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::stand::{Stand, hello, peer};
use super::transport::{ask_by, client_builder};
use crate::pki::Serial;
use crate::{CallError, Limits, Pki};

const KEPT: &[u8] = b"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

impl Stand {
    fn serial(&self, party: Party) -> Serial {
        self.pki.issued_to(&peer(party, party.as_str())).unwrap().serial
    }

    fn revoke(&self, party: Party) {
        assert!(self.pki.revoke(&self.serial(party)).unwrap());
    }

    fn revokes(&self, party: Party) -> bool {
        self.pki.ca().revokes(&self.serial(party))
    }

    /// The hub as a client with the habits of rustls: it would resume a session if it could.
    fn hub_config(&self) -> Arc<ClientConfig> {
        let identity = Arc::new(self.identity(Party::Hub));
        Arc::new(client_builder(self).with_client_cert_resolver(identity))
    }
}

fn counting() -> (Router, Arc<AtomicU64>) {
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let answer = move || async move { axum::Json(counted.fetch_add(1, Ordering::Relaxed)) };
    (Router::new().route("/v1/hello", get(answer)), count)
}

async fn begin(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(KEPT).await.unwrap();
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).await.unwrap();
    String::from_utf8(begin.to_vec()).unwrap()
}

#[tokio::test]
async fn the_next_request_on_a_kept_connection_is_refused_once_its_certificate_is_revoked() {
    let stand = Stand::new();
    let (router, handled) = counting();
    let door = stand.numbering(router, Limits::STANDARD);
    let stream = TcpStream::connect(door.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut kept = TlsConnector::from(stand.hub_config()).connect(name, stream).await.unwrap();
    assert_eq!(begin(&mut kept).await, "HTTP/1.1 200");
    stand.revoke(Party::Hub);
    kept.write_all(KEPT).await.unwrap();
    let mut rest = String::new();
    kept.read_to_string(&mut rest).await.unwrap();
    let (_, refused) = rest.split_once("HTTP/1.1 ").unwrap();
    assert!(refused.starts_with("403 ") && refused.contains("PMH-A420"), "{refused}");
    assert!(refused.contains("connection: close") && refused.contains("x-pmh-sim: "), "{refused}");
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_revoked_client_gets_no_new_connection_nor_a_resumed_one() {
    let stand = Stand::new();
    let (router, handled) = counting();
    let door = stand.numbering(router, Limits::STANDARD);
    let would_resume = stand.hub_config();
    let (_, answer) = ask_by(Arc::clone(&would_resume), door.address).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    stand.revoke(Party::Hub);
    for config in [would_resume, stand.hub_config()] {
        let error = ask_by(config, door.address).await.unwrap_err();
        assert!(error.to_string().contains("CertificateRevoked"), "{error}");
    }
    assert_eq!(handled.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_revoked_server_is_called_no_more_also_where_a_connection_is_kept() {
    let stand = Stand::new();
    let (router, handled) = counting();
    let door = stand.numbering(router, Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    assert_eq!(client.get("/v1/hello").await, Ok(0));
    assert_eq!(client.get("/v1/hello").await, Ok(1));
    stand.revoke(Party::Intermediate);
    let Err(CallError::Unreachable(reason)) = client.get::<u64>("/v1/hello").await else {
        panic!("it was called")
    };
    assert!(reason.contains("Revoked"), "{reason}");
    assert_eq!(handled.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn nobody_else_is_touched_by_a_revocation() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    client.get::<String>("/v1/hello").await.unwrap();
    stand.identity(Party::Portal);
    stand.revoke(Party::Portal);
    client.get::<String>("/v1/hello").await.unwrap();
    assert!(!stand.pki.revoke(&stand.serial(Party::Portal)).unwrap(), "it was revoked before");
}

#[test]
fn a_list_that_is_older_damaged_forged_or_gone_takes_nobody_off_the_one_in_force() {
    let (stand, other) = (Stand::new(), Stand::new());
    stand.identity(Party::Hub);
    let list = stand.folder().join("ca.crl");
    let empty = fs::read(&list).unwrap();
    stand.revoke(Party::Hub);
    let full = fs::read(&list).unwrap();
    for _ in 0..2 {
        other.identity(Party::Portal);
        other.pki.revoke(&"0a".parse().unwrap()).unwrap();
        other.pki.revoke(&other.serial(Party::Portal)).unwrap();
    }
    let forged = fs::read(other.folder().join("ca.crl")).unwrap();
    assert!(stand.revokes(Party::Hub));
    for content in [Some(&empty[..]), Some(b"no list"), Some(&forged), None] {
        fs::remove_file(&list).unwrap();
        if let Some(content) = content {
            fs::write(&list, content).unwrap();
        }
        assert!(stand.revokes(Party::Hub), "{content:?}");
        fs::write(&list, &full).unwrap();
    }
}

#[test]
fn no_revocation_is_lost_when_many_are_written_at_once() {
    let stand = Stand::new();
    let serials: Vec<Serial> = (1..=16).map(|number| format!("{number:x}").parse().unwrap()).collect();
    std::thread::scope(|scope| {
        for serial in &serials {
            let folder = stand.folder();
            scope.spawn(move || Pki::open(folder).unwrap().revoke(serial).unwrap());
        }
    });
    assert!(serials.iter().all(|serial| stand.pki.ca().revokes(serial)));
}

#[test]
fn a_world_without_a_list_gets_an_empty_one_from_its_ca_alone() {
    let stand = Stand::new();
    fs::remove_file(stand.folder().join("ca.crl")).unwrap();
    let pki = Pki::open(stand.folder()).unwrap();
    assert!(!pki.ca().revokes(&"01".parse().unwrap()));
    fs::remove_file(stand.folder().join("ca.crl")).unwrap();
    fs::remove_file(stand.folder().join("ca.key")).unwrap();
    assert!(Pki::open(stand.folder()).unwrap_err().is_not_found());
}
