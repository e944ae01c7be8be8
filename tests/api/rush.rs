//! More queries at once than the hub lets wait.

use std::sync::Arc;

use http::header::RETRY_AFTER;
use pmh_store::{TOGETHER_MAX, Tx, WAITING_MAX, on_connection};
use pmh_wire::{Code, Door, EligibilityAnswer, StatusAnswer, paths};
use tokio::task::JoinSet;

use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// While this is kept no linkage key is used up. With how many transactions the hub has at once.
async fn hold(place: &TestDatabase) -> (Tx, usize) {
    let store = pmh_hub::SCHEMA.open(place.database(), "query", 1).await.unwrap();
    let mut tx = store.write().await.unwrap();
    if matches!(tx, Tx::Postgres(_)) {
        let lock = "LOCK TABLE used_key IN EXCLUSIVE MODE";
        on_connection!(&mut tx, conn => sqlx::query(lock).execute(conn).await.map(|_| ())).unwrap();
    }
    (tx, store.together_max())
}

async fn who_comes_too_many_is_told_to_come_again_and_used_up_no_key(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let oqs = Arc::new(world.oqs("oqs").await);
    let now_ms = world.now_ms().await;
    let (held, together_max) = hold(place).await;
    let mut rush = JoinSet::new();
    for _ in 0..=together_max * TOGETHER_MAX + WAITING_MAX {
        let (oqs, key) = (Arc::clone(&oqs), oqs.mint(&person(0).pmh_id(), now_ms));
        rush.spawn(async move { oqs.ask(&key).await });
    }
    // Nobody can have been answered yet.
    let mut refused = vec![rush.join_next().await.unwrap().unwrap()];
    drop(held);
    let mut answered = 0;
    while let Some(answer) = rush.join_next().await {
        let answer = answer.unwrap();
        if answer.status.is_success() {
            assert_eq!(answer.json::<EligibilityAnswer>().subsidies.len(), 1);
            answered += 1;
        } else {
            refused.push(answer);
        }
    }
    for answer in &refused {
        answer.assert_refused(Code::Unavailable, "too many");
        assert_eq!(answer.headers[RETRY_AFTER], "1");
    }
    assert!(answered > 0);
    assert_eq!(HubTables::open(place).await.count("used_key").await, answered);
    let status: StatusAnswer = world.plain(Door::HubAdmin).get(paths::ADMIN_STATUS).await.unwrap();
    assert!(status.counters["queries_turned_away"] > 0);
}

for_each_store!(who_comes_too_many_is_told_to_come_again_and_used_up_no_key);
