//! Every wrong certificate at every door between parties, and at a client. TLS says by its alert what is wrong; a
//! certificate that is good but of the wrong peer is told so by a problem. Validity goes by real time, whatever the
//! virtual clock says.

use std::io;

use pmh_service::{CallError, Exchanges, PeerClient};
use pmh_wire::{ClockCommand, Code, Door, Party, PeerName, paths};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::peers::{DOORS, name_of};
use crate::support::answers::post_json;
use crate::support::forge::{Forge, Side, Wrong, unaware};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// What is wrong, and what a door says to it: an alert of TLS.
const ALERTS: [(Wrong, &str); 6] = [
    (Wrong::Expired, "CertificateExpired"),
    (Wrong::NotYetValid, "CertificateExpired"),
    (Wrong::Revoked, "CertificateRevoked"),
    (Wrong::Purpose, "UnsupportedCertificate"),
    // Another world's CA has the same name and another key.
    (Wrong::ForeignCa, "DecryptError"),
    (Wrong::LongChain, "UnknownCA"),
];

/// What is wrong, and why a client goes no further.
const REASONS: [(Wrong, &str); 8] = [
    (Wrong::Expired, "certificate expired"),
    (Wrong::NotYetValid, "certificate not valid yet"),
    (Wrong::Revoked, "Revoked"),
    (Wrong::Purpose, "certificate does not allow extended key usage for server authentication"),
    (Wrong::ForeignCa, "BadSignature"),
    (Wrong::LongChain, "UnknownIssuer"),
    (Wrong::NoName, "NotValidForName"),
    (Wrong::TwoNames, "NotValidForName"),
];

fn peer(party: Party) -> PeerName {
    PeerName { party, name: name_of(party).to_owned() }
}

#[track_caller]
fn assert_alert(asked: io::Result<String>, alert: &str, what: &str) {
    let error = asked.expect_err(what).to_string();
    assert!(error.contains(alert), "{what}: {error}");
}

#[track_caller]
fn assert_problem(asked: io::Result<String>, code: Code, what: &str) {
    let answer = asked.expect(what);
    let expected = (format!("HTTP/1.1 {} ", code.status()), code.as_str());
    assert!(answer.starts_with(&expected.0) && answer.contains(expected.1), "{what}: {answer}");
}

async fn every_wrong_certificate_is_refused_at_every_door_and_told_why(place: &TestDatabase) {
    let world = World::whole(place).await;
    let forge = Forge::of(world.data());
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    for (door, own, asked) in DOORS {
        let address = world.address(door);
        let ask = async |wrong, peer: &PeerName| {
            forge.ask(address, asked[0], Some(forge.make(wrong, Side::Client, peer))).await
        };
        let welcome = ask(Wrong::Nothing, &peer(own)).await.unwrap();
        assert!(welcome.starts_with("HTTP/1.1 4") && !welcome.contains("PMH-A403"), "{door}: {welcome}");
        for (wrong, alert) in ALERTS {
            assert_alert(ask(wrong, &peer(own)).await, alert, &format!("{wrong:?} at {door}"));
        }
        assert_alert(forge.ask(address, asked[0], None).await, "CertificateRequired", door.name());
        for party in Party::ALL.into_iter().filter(|party| *party != own) {
            let what = format!("{party} at {door}");
            assert_problem(ask(Wrong::Nothing, &peer(party)).await, Code::WrongPeer, &what);
        }
        for wrong in [Wrong::NoName, Wrong::TwoNames] {
            let what = format!("{wrong:?} at {door}");
            assert_problem(ask(wrong, &peer(own)).await, Code::WrongPeer, &what);
        }
    }
    // A municipality that the hub does not have, and none at all.
    for name in ["282014", "271005", "osaka"] {
        let stranger = PeerName::new(Party::Municipality, name).unwrap();
        let shown = forge.make(Wrong::Nothing, Side::Client, &stranger);
        let asked = forge.ask(world.address(Door::HubRegistration), paths::SUBJECTS, Some(shown)).await;
        assert_problem(asked, Code::WrongPeer, name);
    }
    assert_eq!(tables.rows().await, before);
}

async fn a_kept_connection_is_refused_at_every_door_once_its_certificate_is_revoked(place: &TestDatabase) {
    let world = World::whole(place).await;
    for (door, own, asked) in DOORS {
        let (unaware, _folder) = unaware(world.data());
        let (name, address) = (peer(own), world.address(door));
        let identity = unaware.load(&name).unwrap();
        let to = door.party().unwrap();
        let client = || PeerClient::new(&identity, unaware.ca(), to, address, Exchanges::none());
        let kept = client();
        let welcome = post_json(&kept, asked[0], "").await;
        assert_ne!(welcome.status, 403, "{door}: {welcome:?}");
        world.pki().revoke(&unaware.issued_to(&name).unwrap().serial).unwrap();
        let refused = post_json(&kept, asked[0], "").await;
        refused.assert_refused(Code::CertificateRevoked, door.name());
        // Why is said by an alert (above), which a client may not hear if it has not sent anything yet.
        assert!(matches!(client().get::<Value>("/").await, Err(CallError::Unreachable(_))), "{door}");
        world.pki().rotate(&name).unwrap();
        let rotated = world.client(own, name_of(own), door);
        assert_ne!(post_json(&rotated, asked[0], "").await.status, 403, "{door}");
    }
}

async fn a_tls_1_2_hello_is_answered_by_the_alert_protocol_version(place: &TestDatabase) {
    let world = World::whole(place).await;
    for (door, ..) in DOORS {
        let mut stream = TcpStream::connect(world.address(door)).await.unwrap();
        stream.write_all(&tls_1_2_client_hello()).await.unwrap();
        let mut alert = [0; 7];
        stream.read_exact(&mut alert).await.unwrap();
        // Record of type alert (21), two bytes: fatal (2), protocol_version (70).
        assert_eq!((alert[0], &alert[3..]), (21, &[0, 2, 2, 70][..]), "{door}");
    }
}

async fn the_virtual_clock_makes_no_certificate_valid_or_invalid(place: &TestDatabase) {
    let world = World::whole(place).await;
    let forge = Forge::of(world.data());
    let address = world.address(Door::HubRegistration);
    for (time, wrong) in
        [("2044-06-01T00:00:00+09:00", Wrong::NotYetValid), ("2025-01-15T00:00:00+09:00", Wrong::Expired)]
    {
        let command = ClockCommand::Set(time.to_owned());
        world.plain(Door::HubAdmin).post::<_, Value>(paths::ADMIN_CLOCK, &command).await.unwrap();
        let ask = async |wrong| {
            let shown = forge.make(wrong, Side::Client, &peer(Party::Municipality));
            forge.ask(address, paths::SUBJECTS, Some(shown)).await
        };
        assert_alert(ask(wrong).await, "CertificateExpired", time);
        assert!(ask(Wrong::Nothing).await.unwrap().starts_with("HTTP/1.1 4"), "{time}");
    }
}

async fn a_client_goes_no_further_with_a_wrong_server(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let forge = Forge::of(world.data());
    let own = PeerName { party: Party::Municipality, name: OSAKA.to_owned() };
    let identity = forge.pki().load(&own).unwrap();
    let call = async |wrong, server: &PeerName| {
        let address = forge.serve_once(forge.make(wrong, Side::Server, server)).await;
        let client = PeerClient::new(&identity, forge.pki().ca(), Party::Hub, address, Exchanges::none());
        client.get::<u64>("/").await
    };
    assert_eq!(call(Wrong::Nothing, &peer(Party::Hub)).await, Ok(0));
    let wrong_party = (Wrong::Nothing, Party::Portal, "NotValidForName");
    let of_the_hub = REASONS.map(|(wrong, reason)| (wrong, Party::Hub, reason));
    for (wrong, party, reason) in of_the_hub.into_iter().chain([wrong_party]) {
        let Err(CallError::Unreachable(told)) = call(wrong, &peer(party)).await else {
            panic!("{wrong:?} {party} was called")
        };
        assert!(told.contains(reason), "{wrong:?} {party}: {told}");
    }
}

/// A hello without the extension `supported_versions`: all that its sender speaks is TLS 1.2.
fn tls_1_2_client_hello() -> Vec<u8> {
    let extensions: &[u8] = &[
        0, 10, 0, 4, 0, 2, 0, 23, // supported_groups: secp256r1
        0, 11, 0, 2, 1, 0, // ec_point_formats: uncompressed
        0, 13, 0, 4, 0, 2, 4, 3, // signature_algorithms: ecdsa_secp256r1_sha256
    ];
    let mut hello = vec![3, 3];
    hello.extend([7; 32]);
    // No session id; TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; no compression.
    hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
    hello.extend([0, u8::try_from(extensions.len()).unwrap()]);
    hello.extend(extensions);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);
    record
}

for_each_store!(
    every_wrong_certificate_is_refused_at_every_door_and_told_why,
    a_kept_connection_is_refused_at_every_door_once_its_certificate_is_revoked,
    a_tls_1_2_hello_is_answered_by_the_alert_protocol_version,
    the_virtual_clock_makes_no_certificate_valid_or_invalid,
    a_client_goes_no_further_with_a_wrong_server,
);
