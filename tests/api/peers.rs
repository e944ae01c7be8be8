//! Which certificate opens which door, over all doors between parties.

use axum::body::Body;
use http::{HeaderMap, Method};
use pmh_service::{CallError, Exchanges, PeerClient, Pki};
use pmh_wire::{Code, Door, Party, PeerName, paths};

use crate::support::answers::{Answer, get, post_json};
use crate::support::rows::HubTables;
use crate::support::world::{HOSPITAL, OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// Doors, the one party that each is for, and what is asked there.
pub(crate) const DOORS: [(Door, Party, &[&str]); 7] = [
    (Door::HubRegistration, Party::Municipality, &[paths::SUBJECTS, paths::FILES, paths::SEARCH]),
    (Door::HubEligibility, Party::Eligibility, &[paths::EPOCHS, paths::QUERIES]),
    (Door::HubPortal, Party::Portal, &[paths::BINDINGS, paths::RECORDS]),
    (Door::Numbering, Party::Hub, &[paths::NUMBERING]),
    (Door::Confirmation, Party::Institution, &[paths::CONFIRMATIONS]),
    (Door::Linking, Party::Intermediate, &[paths::LINKING]),
    (Door::Introduction, Party::Eligibility, &[paths::INTRODUCTION]),
];

pub(super) fn name_of(party: Party) -> &'static str {
    match party {
        Party::Municipality => OSAKA,
        Party::Institution => HOSPITAL,
        party => party.as_str(),
    }
}

async fn every_door_takes_its_own_party_and_no_other(place: &TestDatabase) {
    let world = World::whole(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    for (door, own, asked) in DOORS {
        for party in Party::ALL {
            let client = world.client(party, name_of(party), door);
            for path in asked {
                let answer = post_json(&client, path, "").await;
                let what = format!("{party} at {door}{path}");
                if party == own {
                    assert_ne!(answer.problem().known_code(), Some(Code::WrongPeer), "{what}");
                } else {
                    answer.assert_refused(Code::WrongPeer, &what);
                }
            }
            let unknown = get(&client, "/nowhere").await;
            let code = if party == own { Code::NotFound } else { Code::WrongPeer };
            unknown.assert_refused(code, &format!("{party} at {door}"));
        }
    }
    assert_eq!(tables.rows().await, before);
}

async fn a_route_exists_on_its_own_door_only(place: &TestDatabase) {
    let world = World::whole(place).await;
    for (door, own, asked) in DOORS {
        let client = world.client(own, name_of(own), door);
        let elsewhere = DOORS.iter().filter(|(other, ..)| *other != door).flat_map(|(_, _, paths)| *paths);
        let people = [
            paths::VISITS,
            paths::CITIZEN_LOGIN,
            paths::ADMIN_CLOCK,
            paths::ADMIN_STATUS,
            paths::ADMIN_PEOPLE,
        ];
        for path in elsewhere.chain(&people) {
            post_json(&client, path, "{}").await.assert_refused(Code::NotFound, &format!("{path} at {door}"));
        }
        let answer: Answer =
            client.send(Method::DELETE, asked[0], HeaderMap::new(), Body::empty()).await.unwrap().into();
        answer.assert_refused(Code::MethodNotAllowed, asked[0]);
    }
}

async fn no_certificate_a_foreign_ca_and_no_tls_get_no_answer(place: &TestDatabase) {
    let world = World::whole(place).await;
    let folder = tempfile::tempdir().unwrap();
    let foreign = Pki::create(&folder.path().join("pki")).unwrap();
    for (door, own, asked) in DOORS {
        let (to, address) = (door.party().unwrap(), world.address(door));
        let nobody = PeerClient::without_certificate(world.pki().ca(), to, address);
        let identity = foreign.issue(&PeerName { party: own, name: name_of(own).to_owned() }).unwrap();
        let forger = PeerClient::new(&identity, world.pki().ca(), to, address, Exchanges::none());
        for (who, client) in [("nobody", nobody), ("a forger", forger)] {
            let answer = client.send(Method::POST, asked[0], HeaderMap::new(), Body::empty()).await;
            assert!(matches!(answer, Err(CallError::Unreachable(_))), "{who} at {door}: {answer:?}");
        }
        let plain = world.plain(door).send(Method::POST, asked[0], HeaderMap::new(), Body::empty()).await;
        assert!(matches!(plain, Err(CallError::Unreachable(_))), "plain HTTP at {door}: {plain:?}");
    }
}

for_each_store!(
    every_door_takes_its_own_party_and_no_other,
    a_route_exists_on_its_own_door_only,
    no_certificate_a_foreign_ca_and_no_tls_get_no_answer,
);
