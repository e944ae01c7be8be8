//! Certificates that are exchanged while they are in use.

use std::fs;
use std::sync::Arc;

use pmh_wire::{Party, PeerName};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::stand::{Stand, hello, peer};
use crate::private_file::{Readers, replace};
use crate::{Limits, PeerClient, Rotated};

/// Sends one request after the other until it is told to end, and counts them. Any that fails ends the test.
fn keep_calling(
    client: PeerClient,
    mut end: watch::Receiver<bool>,
) -> (watch::Receiver<u64>, JoinHandle<()>) {
    let (count, counted) = watch::channel(0);
    let calling = tokio::spawn(async move {
        while !*end.borrow_and_update() {
            assert_eq!(client.get::<String>("/v1/hello").await.as_deref(), Ok("hello"));
            count.send_modify(|count| *count += 1);
        }
    });
    (counted, calling)
}

/// Until each caller has begun and ended a request from here on.
async fn everybody_called(counts: &mut [watch::Receiver<u64>]) {
    for count in counts {
        let begun_before = *count.borrow();
        count.wait_for(|count| *count >= begun_before + 2).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_of_both_sides_rotate_and_former_ones_are_revoked_and_no_request_fails() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let (end, ended) = watch::channel(false);
    let callers = (0..4).map(|_| {
        let client = stand.client(Party::Hub, Party::Intermediate, door.address);
        keep_calling(client, ended.clone())
    });
    let (mut counts, calling): (Vec<_>, Vec<_>) = callers.unzip();
    let sides = [peer(Party::Hub, "hub"), peer(Party::Intermediate, "intermediate")];
    for round in 0..10 {
        let rotated = sides.each_ref().map(|side: &PeerName| stand.pki.rotate(side).unwrap());
        everybody_called(&mut counts).await;
        for Rotated { former, serial } in rotated {
            assert!(former != serial && stand.pki.revoke(&former).unwrap(), "{round}");
        }
        everybody_called(&mut counts).await;
    }
    end.send(true).unwrap();
    for calling in calling {
        calling.await.unwrap();
    }
}

#[tokio::test]
async fn a_rotated_certificate_serves_a_client_that_was_made_before_and_that_was_revoked_since() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let hub = peer(Party::Hub, "hub");
    stand.pki.revoke(&stand.pki.issued_to(&hub).unwrap().serial).unwrap();
    client.get::<String>("/v1/hello").await.unwrap_err();
    stand.pki.rotate(&hub).unwrap();
    assert_eq!(client.get::<String>("/v1/hello").await.as_deref(), Ok("hello"));
}

#[test]
fn a_pair_that_does_not_fit_is_not_taken_up_and_rotating_again_mends_it() {
    let stand = Stand::new();
    let (identity, hub) = (stand.identity(Party::Hub), peer(Party::Hub, "hub"));
    let before = identity.certified();
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let path = stand.folder().join("hub-hub.key");
    replace(&path, key.serialize_pem().as_bytes(), Readers::Owner).unwrap();
    assert!(Arc::ptr_eq(&before, &identity.certified()));
    assert!(stand.pki.load(&hub).is_err());
    stand.pki.rotate(&hub).unwrap();
    assert_ne!(identity.certified().cert, before.cert);
    stand.pki.load(&hub).unwrap();
}

#[cfg(unix)]
#[test]
fn a_rotated_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let stand = Stand::new();
    stand.identity(Party::Hub);
    stand.pki.rotate(&peer(Party::Hub, "hub")).unwrap();
    let mode = fs::metadata(stand.folder().join("hub-hub.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_peer_without_a_certificate_is_not_rotated() {
    let stand = Stand::new();
    assert!(stand.pki.rotate(&peer(Party::Hub, "nobody")).unwrap_err().is_not_found());
    assert!(!stand.folder().join("hub-nobody.key").exists());
}
