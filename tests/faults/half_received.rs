//! A hub that is killed while a body is being received: what was never acknowledged leaves nothing.

use pmh_wire::Party;

use super::stored::at_hub;
use super::until;
use super::world::World;
use crate::support::held::in_two;
use crate::support::{TestDatabase, for_each_store};

/// More than a chunk of the hub's, so that some rows stand in its database already.
const ROWS: i64 = 1_100;

const TASKS: &str = "SELECT COUNT(*) FROM registration_task";
const CHUNKS: &str = "SELECT COUNT(*) FROM registration_chunk";

async fn a_body_that_was_never_acknowledged_leaves_no_task(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let file = world.generate_as("json", ROWS, 1).await;
    let records = std::fs::read(file).unwrap();
    // Without its closing bracket the array goes on.
    let (start, _end) = in_two(records.trim_ascii_end());

    let hub = world.serve(Party::Hub).await;
    let client = world.osaka();
    let sending = tokio::spawn(async move { client.submit_json_stream(start, None).await });
    until("the hub has stored a chunk of the body", async || (at_hub(place, CHUNKS).await > 0).then_some(()))
        .await;
    hub.kill().await;
    assert!(sending.await.unwrap().is_err(), "nothing was acknowledged");
    assert_eq!(at_hub(place, TASKS).await, 1);

    let _hub = world.serve(Party::Hub).await;
    assert!(world.tasks().await.is_empty());
    assert_eq!((at_hub(place, TASKS).await, at_hub(place, CHUNKS).await), (0, 0));
    assert_eq!(at_hub(place, "SELECT COUNT(*) FROM person").await, 0);
}

for_each_store!(a_body_that_was_never_acknowledged_leaves_no_task);
