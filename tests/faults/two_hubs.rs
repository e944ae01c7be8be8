//! The hub killed among questions, and two hubs on one database: a linkage key is accepted at most once, and nobody
//! who did nothing wrong is refused.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pmh_domain::PmhId;
use pmh_service::{Exchanges, PeerClient, Pki, World as Addresses};
use pmh_wire::{Door, EligibilityAnswer, Party, PeerName, paths};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::until;
use super::world::World;
use crate::support::oqs::{Oqs, is_accepted, query};
use crate::support::ports::free_base_port;
use crate::support::{TestDatabase, for_each_store, size};

const ROUNDS: i64 = 60;
const ROUNDS_DEEP: i64 = 1_000;

pub(super) fn at_the_hub(world: &World<'_>, addresses: &Addresses) -> PeerClient {
    let pki = Pki::open(&world.data().join("pki")).unwrap();
    let own = PeerName { party: Party::Eligibility, name: "eligibility".to_owned() };
    let door = addresses.reach(Door::HubEligibility).unwrap();
    PeerClient::new(&pki.load(&own).unwrap(), pki.ca(), Party::Hub, door, Exchanges::none())
}

/// A line to a door on which answers can be held back.
struct Line {
    address: SocketAddr,
    held: Arc<AtomicBool>,
}

impl Line {
    async fn to(door: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let line = Self { address: listener.local_addr().unwrap(), held: Arc::default() };
        let held = Arc::clone(&line.held);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_door, mut to_door) = TcpStream::connect(door).await.unwrap().into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_door).await });
                let held = Arc::clone(&held);
                tokio::spawn(async move {
                    let mut bytes = [0; 4_096];
                    while let Ok(read @ 1..) = from_door.read(&mut bytes).await {
                        if !held.load(Ordering::SeqCst) {
                            to_client.write_all(&bytes[..read]).await.unwrap();
                        }
                    }
                });
            }
        });
        line
    }
}

async fn a_hub_killed_between_acceptance_and_answer_accepts_no_key_twice(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let hub = world.serve(Party::Hub).await;
    let mut addresses = world.addresses();
    let line = Line::to(addresses.reach(Door::HubEligibility).unwrap()).await;
    addresses.addresses.insert(Door::HubEligibility, line.address);
    let oqs = Oqs::at(at_the_hub(&world, &addresses)).await;
    let now_ms = world.addresses().clock().now_ms();
    let [first, unanswered, unused] = [0, 1, 2].map(|_| oqs.mint(&PmhId::from_bytes([7; 16]), now_ms));
    // From here on there is a connection on which a question gets through.
    assert!(is_accepted(&oqs.ask(&first).await));
    line.held.store(true, Ordering::SeqCst);
    let (asked, query) = (oqs.hub.clone(), query(&unanswered));
    let asking = tokio::spawn(async move {
        let answer: Result<EligibilityAnswer, _> = asked.post(paths::QUERIES, &query).await;
        answer.is_ok()
    });
    until("the hub has accepted the key", async || {
        (world.counter(Party::Hub, "queries_answered").await == 2).then_some(())
    })
    .await;
    hub.kill().await;
    assert!(!asking.await.unwrap(), "the answer was held back");

    let hub = world.serve(Party::Hub).await;
    let oqs = oqs.through(at_the_hub(&world, &world.addresses()));
    assert!(!is_accepted(&oqs.ask(&unanswered).await), "accepted twice");
    assert!(is_accepted(&oqs.ask(&unused).await));
    hub.terminate().await;
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
