//! A linkage key is accepted at most once, whoever asks with it at the same time, hangs up, or turns the clock. That a
//! second use is refused is our reading of "made each time, temporary, encrypted, deleted after use" (001:549).

use std::sync::Arc;

use pmh_domain::{Chance, rfc3339_japan};
use pmh_wire::{ClockCommand, Code};
use tokio::task::JoinSet;

use crate::support::answers::until;
use crate::support::oqs::{Oqs, is_accepted};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store, size};

const RACES: i64 = 500;
const RACES_DEEP: i64 = 10_000;
/// Races that are run at the same time, their questions mixed.
const AT_ONCE: u64 = 20;
const ASKERS_MAX: u64 = 8;
/// Rounds within which an answer must have been lost some times.
const ROUNDS_MAX: usize = 2_000;
const LOST: usize = 10;

async fn hub(place: &TestDatabase) -> (World, Arc<Oqs>) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let oqs = Arc::new(world.oqs("oqs").await);
    (world, oqs)
}

async fn of_many_races_each_has_one_winner(place: &TestDatabase) {
    let (world, oqs) = hub(place).await;
    let races = u64::try_from(size(RACES, RACES_DEEP)).unwrap();
    let mut chance = Chance::named(4, "races");
    for _ in 0..races.div_ceil(AT_ONCE) {
        let now_ms = world.now_ms().await;
        let keys: Vec<String> = (0..AT_ONCE).map(|_| oqs.mint(&person(0).pmh_id(), now_ms)).collect();
        let mut questions: Vec<usize> = Vec::new();
        for key in 0..keys.len() {
            let askers = usize::try_from(2 + chance.below(ASKERS_MAX - 1)).unwrap();
            questions.extend(std::iter::repeat_n(key, askers));
        }
        let mut asking = JoinSet::new();
        while !questions.is_empty() {
            let drawn = usize::try_from(chance.below(questions.len() as u64)).unwrap();
            let (at, oqs) = (questions.swap_remove(drawn), Arc::clone(&oqs));
            let key = keys[at].clone();
            asking.spawn(async move { (at, oqs.ask(&key).await) });
        }
        let mut accepted = vec![0; keys.len()];
        while let Some(answered) = asking.join_next().await {
            let (at, answer) = answered.unwrap();
            accepted[at] += u32::from(is_accepted(&answer));
        }
        assert!(accepted.iter().all(|times| *times == 1), "{accepted:?}");
    }
}

/// Who hangs up may have been first. Then nobody else is.
async fn a_key_whose_answer_was_lost_is_used(place: &TestDatabase) {
    let (world, oqs) = hub(place).await;
    let mut lost = 0;
    for round in 0.. {
        assert!(round < ROUNDS_MAX, "an answer was lost {lost} times only");
        let now_ms = world.now_ms().await;
        let keys = [oqs.mint(&person(0).pmh_id(), now_ms), oqs.mint(&person(0).pmh_id(), now_ms)];
        // The one that is answered later is hung up on.
        let first = tokio::select! {
            answer = oqs.ask(&keys[0]) => (0, answer),
            answer = oqs.ask(&keys[1]) => (1, answer),
        };
        assert!(is_accepted(&first.1));
        assert!(!is_accepted(&oqs.ask(&keys[first.0]).await), "accepted twice");
        lost += usize::from(!is_accepted(&oqs.ask(&keys[1 - first.0]).await));
        assert!(!is_accepted(&oqs.ask(&keys[1 - first.0]).await), "accepted twice");
        if lost >= LOST {
            return;
        }
    }
}

async fn a_used_key_stays_refused_when_the_clock_jumps_past_its_purge_and_back(place: &TestDatabase) {
    let (world, oqs) = hub(place).await;
    world.turn_clock(ClockCommand::Freeze(true)).await;
    let now_ms = world.now_ms().await;
    let (used, unused) = (oqs.mint(&person(0).pmh_id(), now_ms), oqs.mint(&person(0).pmh_id(), now_ms));
    assert!(is_accepted(&oqs.ask(&used).await));
    let tables = HubTables::open(place).await;
    world.turn_clock(ClockCommand::AdvanceMs(48 * 60 * 60 * 1000)).await;
    oqs.ask(&oqs.mint(&person(0).pmh_id(), now_ms)).await.assert_refused(Code::LinkageKeyExpired, "two days");
    until("the use is forgotten", async || (tables.count("used_key").await == 0).then_some(())).await;
    world.turn_clock(ClockCommand::Set(rfc3339_japan(now_ms))).await;
    for key in [used, unused] {
        oqs.ask(&key).await.assert_refused(Code::UnknownEpoch, "of before the jump");
    }
    let renewed = oqs.renewed().await;
    assert!(is_accepted(&renewed.ask(&renewed.mint(&person(0).pmh_id(), now_ms)).await));
}

for_each_store!(
    of_many_races_each_has_one_winner,
    a_key_whose_answer_was_lost_is_used,
    a_used_key_stays_refused_when_the_clock_jumps_past_its_purge_and_back,
);
