//! A party's data has one owner: a second process on the same world is refused.

use pmh_wire::Party;

use super::process::Said;
use super::world::World;
use crate::support::TestDatabase;

fn assert_refused(said: Said, party: Party) {
    let said = said.must_end_with(14);
    assert!(said.stderr.contains(&format!("the {party} of the world in")), "{}", said.stderr);
    assert!(said.stderr.contains("runs already"), "{}", said.stderr);
    assert_eq!(said.stdout, "");
}

#[tokio::test]
async fn a_second_up_and_a_hub_beside_up_are_refused() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    assert_refused(world.run(["up"]).await, Party::Portal);
    assert_refused(world.run(["serve", "hub"]).await, Party::Hub);
    // The refused ones have not hurt the one that runs.
    world.run(["status"]).await.must_end_with(0);
    up.kill().await;
    // The lock went with its owner.
    world.serve(Party::Hub).await.terminate().await;
}

#[tokio::test]
async fn up_beside_a_single_hub_is_refused_and_holds_nothing() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let hub = world.serve(Party::Hub).await;
    assert_refused(world.run(["up"]).await, Party::Hub);
    assert_refused(world.run(["serve", "hub"]).await, Party::Hub);
    let portal = world.serve(Party::Portal).await;
    hub.kill().await;
    let hub = world.serve(Party::Hub).await;
    hub.terminate().await;
    portal.terminate().await;
}
