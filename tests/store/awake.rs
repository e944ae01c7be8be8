//! How a transaction of many questions waits for PostgreSQL.

use std::future::poll_fn;
use std::pin::pin;

use pmh_domain::Stopwatch;
use pmh_store::{GroupTx, Query, Statements};

use super::note::desk;
use crate::support::TestDatabase;

/// When a slow answer was looked for, in microseconds, and whether somebody else of the same thread had a turn meanwhile.
async fn looks_for_a_slow_answer(tx: &mut GroupTx) -> (Vec<u64>, bool) {
    let slow = Query::new("SELECT 1::BIGINT FROM pg_sleep(0.5)", vec![]);
    let mut asked = pin!(tx.fetch(&slow, |row| row.integer(0)));
    let other = tokio::spawn(async {});
    let (mut looks, mut other_had_a_turn) = (Vec::new(), false);
    let watch = Stopwatch::start();
    let found = poll_fn(|context| {
        looks.push(watch.elapsed_us());
        let found = asked.as_mut().poll(context);
        other_had_a_turn |= found.is_pending() && other.is_finished();
        found
    });
    assert_eq!(found.await.unwrap(), [1]);
    (looks, other_had_a_turn)
}

async fn slow_transaction(place: &TestDatabase) -> GroupTx {
    let mut tx = desk(place).await.write_together().await.unwrap();
    // Its connection is opened and its statement prepared; the next answer takes as long as the server sleeps.
    looks_for_a_slow_answer(&mut tx).await;
    tx
}

/// Less than the answer takes.
const LONG_US: u64 = 200_000;
/// What is sent, what is answered, and what a connection tells itself.
const LOOKS_FOR_NEWS: usize = 5;

#[tokio::test]
async fn who_stays_awake_looks_though_nothing_is_new_then_sleeps_and_lets_others_work() {
    let place = TestDatabase::postgres().await;
    let mut tx = slow_transaction(&place).await;
    tx.stay_awake();
    let (looks, other_had_a_turn) = looks_for_a_slow_answer(&mut tx).await;
    assert!(looks.len() > LOOKS_FOR_NEWS, "{looks:?}");
    let [.., fell_asleep, woken] = looks[..] else { panic!("{looks:?}") };
    assert!(woken - fell_asleep > LONG_US, "{looks:?}");
    assert!(other_had_a_turn);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_several_workers_nobody_stays_awake() {
    let place = TestDatabase::postgres().await;
    let mut tx = slow_transaction(&place).await;
    tx.stay_awake();
    let (looks, _) = looks_for_a_slow_answer(&mut tx).await;
    assert!(looks.len() <= LOOKS_FOR_NEWS, "{looks:?}");
}

#[tokio::test]
async fn whoever_was_not_told_to_looks_only_at_news() {
    let place = TestDatabase::postgres().await;
    let mut tx = slow_transaction(&place).await;
    let (looks, _) = looks_for_a_slow_answer(&mut tx).await;
    assert!(looks.len() <= LOOKS_FOR_NEWS, "{looks:?}");
}
