//! The hub killed among questions, and two hubs on one database: a linkage key is accepted at most once, and nobody
//! who did nothing wrong is refused.

use std::path::PathBuf;
use std::sync::Arc;

use pmh_domain::PmhId;
use pmh_service::{Exchanges, PeerClient, Pki, World as Addresses};
use pmh_wire::{Door, EligibilityAnswer, Party, PeerName, paths};
use tokio::task::JoinSet;

use super::world::World;
use crate::support::oqs::{Oqs, is_accepted, query};
use crate::support::ports::free_base_port;
use crate::support::{TestDatabase, for_each_store, size};

/// Keys in the air when the hub is killed.
const KEYS: usize = 64;
/// Kills within which one must have come between an acceptance and its answer.
const KILLS_MAX: usize = 12;
const ROUNDS: i64 = 60;
const ROUNDS_DEEP: i64 = 1_000;

pub(super) fn at_the_hub(world: &World<'_>, addresses: &Addresses) -> PeerClient {
    let pki = Pki::open(&world.data().join("pki")).unwrap();
    let own = PeerName { party: Party::Eligibility, name: "eligibility".to_owned() };
    let door = addresses.reach(Door::HubEligibility).unwrap();
    PeerClient::new(&pki.load(&own).unwrap(), pki.ca(), Party::Hub, door, Exchanges::none())
}

async fn a_hub_killed_between_acceptance_and_answer_accepts_no_key_twice(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let mut between = 0;
    for _ in 0..KILLS_MAX {
        let hub = world.serve(Party::Hub).await;
        let oqs = Oqs::at(at_the_hub(&world, &world.addresses())).await;
        let now_ms = world.addresses().clock().now_ms();
        let keys: Vec<String> = (0..KEYS).map(|_| oqs.mint(&PmhId::from_bytes([7; 16]), now_ms)).collect();
        let mut asking = JoinSet::new();
        for (at, key) in keys.iter().enumerate() {
            let (hub, query) = (oqs.hub.clone(), query(key));
            asking.spawn(async move {
                let answer: Result<EligibilityAnswer, _> = hub.post(paths::QUERIES, &query).await;
                (at, answer.is_ok())
            });
        }
        let mut answered = vec![false; KEYS];
        // A quarter is answered, the rest is under way.
        while answered.iter().filter(|answered| **answered).count() < KEYS / 4 {
            let (at, is_answered) = asking.join_next().await.expect("questions are under way").unwrap();
            answered[at] = is_answered;
        }
        hub.kill().await;
        while let Some(ended) = asking.join_next().await {
            let (at, is_answered) = ended.unwrap();
            answered[at] = is_answered;
        }
        let hub = world.serve(Party::Hub).await;
        let oqs = oqs.through(at_the_hub(&world, &world.addresses()));
        for (key, was_answered) in keys.iter().zip(&answered) {
            let accepted = is_accepted(&oqs.ask(key).await);
            assert!(!(accepted && *was_answered), "accepted before and after");
            between += usize::from(!accepted && !was_answered);
            assert!(!is_accepted(&oqs.ask(key).await), "accepted twice");
        }
        hub.terminate().await;
        if between > 0 {
            return;
        }
    }
    panic!("no kill came between an acceptance and its answer");
}

/// A folder of its own with the world's keys and certificates, and doors of the hub of its own.
fn second_folder(world: &World<'_>) -> PathBuf {
    let folder = world.beside("second");
    let copied = std::process::Command::new("cp").arg("-a").arg(world.data()).arg(&folder).status().unwrap();
    assert!(copied.success());
    let mut addresses = world.addresses();
    let others = Addresses::plan(&addresses.name, addresses.host, free_base_port()).unwrap();
    let of_the_hub = others.addresses.into_iter().filter(|(door, _)| door.party() == Some(Party::Hub));
    addresses.addresses.extend(of_the_hub);
    addresses.write(&folder).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hubs_on_one_database_take_two_keys_in_opposite_order_once_each() {
    let place = TestDatabase::postgres().await;
    let world = World::seeded(&place).await;
    let first = world.serve(Party::Hub).await;
    // The first one has made the keys.
    let folder = second_folder(&world);
    let mut serve = world.pmh_sim(["--json", "serve", "hub"]);
    serve.env("PMH_DATA", &folder);
    let second = world.start(serve, "second-hub").await;
    let oqs = Oqs::at(at_the_hub(&world, &world.addresses())).await;
    let there = Arc::new(at_the_hub(&world, &Addresses::read(&folder).unwrap()));
    let here = Arc::new(oqs.hub.clone());
    for _ in 0..size(ROUNDS, ROUNDS_DEEP) {
        let now_ms = world.addresses().clock().now_ms();
        let keys = [0, 1].map(|_| oqs.mint(&PmhId::from_bytes([7; 16]), now_ms));
        let mut asking = JoinSet::new();
        for (hub, order) in [(&here, [0, 1]), (&there, [1, 0])] {
            for at in order {
                let (hub, key) = (Arc::clone(hub), keys[at].clone());
                asking.spawn(async move {
                    let body = serde_json::to_vec(&query(&key)).unwrap();
                    (at, crate::support::answers::post_json(&hub, paths::QUERIES, body).await)
                });
            }
        }
        let mut accepted = [0, 0];
        while let Some(answered) = asking.join_next().await {
            let (at, answer) = answered.unwrap();
            accepted[at] += u32::from(is_accepted(&answer));
        }
        assert_eq!(accepted, [1, 1]);
    }
    let counter = world.counter(Party::Hub, "queries").await;
    assert!(counter >= size(ROUNDS, ROUNDS_DEEP), "the first hub was asked");
    first.terminate().await;
    second.terminate().await;
}

for_each_store!(a_hub_killed_between_acceptance_and_answer_accepts_no_key_twice);
