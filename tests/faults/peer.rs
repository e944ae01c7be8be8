//! `peer`: certificates are revoked and rotated under processes that run.

use pmh_wire::Party;
use serde_json::Value;

use super::process::Said;
use super::world::{CHILD, HOSPITAL, OSAKA, World};
use crate::support::TestDatabase;

async fn listed(world: &World<'_>, party: Party, name: &str) -> Value {
    let said = world.run(["--json", "peer", "list"]).await.must_end_with(0).json();
    let line = said.into_iter().find(|line| line["party"] == party.as_str() && line["name"] == name);
    line.expect("it is listed")
}

async fn peer(world: &World<'_>, verb: &str, party: &str, name: &str) -> Value {
    world.run(["--json", "peer", verb, party, name]).await.must_end_with(0).json().remove(0)
}

async fn visit(world: &World<'_>) -> Said {
    world.run(["visit", "--card", CHILD, "--institution", HOSPITAL]).await
}

#[tokio::test]
async fn running_processes_take_up_what_peer_revokes_and_rotates() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let _hub = world.serve(Party::Hub).await;
    let _eligibility = world.serve(Party::Eligibility).await;
    let _institution = world.serve(Party::Institution).await;
    let tasks = |code: &'static str| world.run(["tasks", "list", "--municipality", code]);
    tasks(OSAKA).await.must_end_with(0);
    visit(&world).await.must_end_with(0);

    let before = listed(&world, Party::Municipality, OSAKA).await;
    assert_eq!(before["revoked"], false);
    let revoked = peer(&world, "revoke", "municipality", OSAKA).await;
    assert_eq!((&revoked["serial"], &revoked["changed"]), (&before["serial"], &true.into()));
    assert_eq!(peer(&world, "revoke", "municipality", OSAKA).await["changed"], false);
    assert_eq!(listed(&world, Party::Municipality, OSAKA).await["revoked"], true);
    let refused = tasks(OSAKA).await.must_end_with(11);
    assert!(refused.stderr.contains("CertificateRevoked"), "{}", refused.stderr);
    tasks("130001").await.must_end_with(0);
    let rotated = peer(&world, "rotate", "municipality", OSAKA).await;
    assert_eq!(rotated["former"], before["serial"]);
    tasks(OSAKA).await.must_end_with(0);

    // The institution keeps a connection to the eligibility system: both ends are rotated and their former certificates
    // revoked under it.
    for (party, name) in [("institution", HOSPITAL), ("eligibility", "eligibility")] {
        let rotated = peer(&world, "rotate", party, name).await;
        visit(&world).await.must_end_with(0);
        let former = rotated["former"].as_str().unwrap();
        world.run(["peer", "revoke", "--serial", former]).await.must_end_with(0);
        visit(&world).await.must_end_with(0);
        peer(&world, "revoke", party, name).await;
        visit(&world).await.must_end_with(12);
        peer(&world, "rotate", party, name).await;
        visit(&world).await.must_end_with(0);
    }
}

#[tokio::test]
async fn what_is_no_peer_is_told() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let nobody = world.run(["peer", "rotate", "municipality", "nobody"]).await.must_end_with(14);
    assert!(nobody.stderr.contains("municipality-nobody.pem"), "{}", nobody.stderr);
    for arguments in [
        &["peer", "revoke"][..],
        &["peer", "revoke", "municipality"],
        &["peer", "revoke", "--serial", "no serial"],
        &["peer", "revoke", "hub", "hub", "--serial", "01"],
        &["peer", "rotate", "hub", "a/b"],
    ] {
        world.run(arguments.iter().copied()).await.must_end_with(2);
    }
}
