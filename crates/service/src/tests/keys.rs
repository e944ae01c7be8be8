//! Files of the PKI and of master keys.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use pmh_crypto::Entropy;
use pmh_domain::VirtualClock;
use pmh_store::Database;
use pmh_wire::{Party, Rules};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::stand::peer;
use crate::{Counters, Exchanges, PartyEnv, Pki, PkiError, StartError, World, master_key};

fn env_at(data: &Path) -> PartyEnv {
    PartyEnv {
        world: World::plan("w", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap(),
        clock: VirtualClock::real(),
        entropy: Entropy::new(),
        data: data.to_owned(),
        database: Database::Sqlite { folder: data.to_owned() },
        pki: Arc::new(Pki::create(&data.join("pki")).unwrap()),
        exchanges: Exchanges::none(),
        counters: Counters::new(),
        shutdown: CancellationToken::new(),
        tracker: TaskTracker::new(),
        auto_enrol: false,
        rules: Rules::default(),
    }
}

#[test]
fn a_master_key_is_made_once_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let env = env_at(folder.path());
    let made = master_key(&env, Party::Hub).unwrap().to_text();
    assert_eq!(master_key(&env, Party::Hub).unwrap().to_text(), made);
    assert_ne!(master_key(&env, Party::Portal).unwrap().to_text(), made);
}

#[cfg(unix)]
#[test]
fn keys_that_others_may_read_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let env = env_at(folder.path());
    let hub = peer(Party::Hub, "hub");
    master_key(&env, Party::Hub).unwrap();
    env.pki.issue(&hub).unwrap();
    for file in ["keys/hub.key", "pki/hub-hub.key", "pki/ca.key"] {
        let path = folder.path().join(file);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    }
    assert!(matches!(master_key(&env, Party::Hub), Err(StartError::Exposed(_))));
    assert!(matches!(env.pki.load(&hub), Err(PkiError::Exposed { .. })));
    assert!(matches!(Pki::open(&folder.path().join("pki")), Err(PkiError::Exposed { .. })));
}

#[test]
fn without_the_ca_key_an_identity_is_loaded_but_none_issued() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, portal) = (peer(Party::Hub, "hub"), peer(Party::Portal, "portal"));
    Pki::create_or_load(folder.path(), std::slice::from_ref(&hub)).unwrap();
    fs::remove_file(folder.path().join("ca.key")).unwrap();
    let pki = Pki::open(folder.path()).unwrap();
    assert_eq!(pki.load(&hub).unwrap().peer, hub);
    assert!(matches!(pki.issue(&portal), Err(PkiError::NoCaKey(_))));
    assert!(pki.load(&portal).unwrap_err().is_not_found());
}

#[test]
fn a_certificate_of_another_ca_or_for_another_peer_is_not_loaded() {
    let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (hub, portal) = (peer(Party::Hub, "hub"), peer(Party::Portal, "portal"));
    let pki = Pki::create_or_load(own.path(), &[hub.clone(), portal.clone()]).unwrap();
    Pki::create_or_load(other.path(), std::slice::from_ref(&hub)).unwrap();
    let copy = |from: &Path, source: &str, target: &str| {
        fs::copy(from.join(source), own.path().join(target)).unwrap();
    };
    copy(own.path(), "hub-hub.pem", "portal-portal.pem");
    assert!(matches!(pki.load(&portal), Err(PkiError::Damaged { .. })));
    copy(other.path(), "hub-hub.pem", "hub-hub.pem");
    assert!(matches!(pki.load(&hub), Err(PkiError::Damaged { .. })));
}

#[test]
fn a_certificate_lost_before_it_was_written_is_issued_for_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let hub = peer(Party::Hub, "hub");
    let pki = Pki::create_or_load(folder.path(), std::slice::from_ref(&hub)).unwrap();
    let key = fs::read(folder.path().join("hub-hub.key")).unwrap();
    fs::remove_file(folder.path().join("hub-hub.pem")).unwrap();
    pki.issue(&hub).unwrap();
    assert_eq!(fs::read(folder.path().join("hub-hub.key")).unwrap(), key);
}

#[test]
fn a_damaged_seed_file_is_told_by_its_place_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("seed")).unwrap();
    fs::write(folder.path().join("seed/hub.json"), "[\"900000000001\"]").unwrap();
    let error = crate::read_seed::<Vec<u8>>(folder.path(), Party::Hub).unwrap_err();
    assert!(matches!(error, StartError::SeedFile { line: 1, column: 15, .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("9000"));
}
