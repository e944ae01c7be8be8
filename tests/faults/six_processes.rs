//! Six `serve` processes do what `up` does.

use http::HeaderValue;
use http::header::AUTHORIZATION;
use pmh_domain::parse_rfc3339;
use pmh_service::{PlainClient, World as Addresses};
use pmh_wire::{Binding, Door, LoginAnswer, LoginRequest, OwnRecords, Party, VisitAnswer, paths};

use super::process::pmh_sim;
use super::world::{CHILD, CHILDS_PIN, HOSPITAL, OSAKA, World};
use super::{root, until};
use crate::support::{TestDatabase, for_each_store};

/// Files that the municipalities of the world hand in by themselves.
const FILES: i64 = 4;

async fn six_processes_do_what_up_does(place: &TestDatabase) {
    let world = World::seeded(place).await;
    // In any order: this one begins with those who ask.
    let mut parties = Vec::new();
    for party in Party::ALL {
        parties.push(world.serve(party).await);
    }
    lead_a_life(&world).await;
    world.run(["status"]).await.must_end_with(0);
    for party in parties {
        party.terminate().await;
    }
    world.run(["status"]).await.must_end_with(1);
}

/// All nine messages have been sent then.
pub(super) async fn lead_a_life(world: &World<'_>) {
    until("the municipalities' own files are finished", async || {
        (world.counter(Party::Municipality, "submissions_done").await == FILES).then_some(())
    })
    .await;
    register_again(world).await;
    visit(world, CHILD).await;
    bind_and_read(world, CHILD, CHILDS_PIN).await;
}

/// The fixture is the very file that Osaka has handed in.
async fn register_again(world: &World<'_>) {
    let file = root().join("fixtures/osaka-child.csv");
    let said = world
        .run(["--json", "register", file.to_str().unwrap(), "--municipality", OSAKA])
        .await
        .must_end_with(0);
    let task = said.json().remove(0);
    assert_eq!(task["status"], "completed");
    assert_eq!(task["unchanged"], task["received"], "{task}");
    assert!(task["received"].as_i64() >= Some(300), "{task}");
}

pub(super) async fn visit(world: &World<'_>, card: &str) {
    let answer = until("the child can be numbered", async || {
        let said = world.run(["--json", "visit", "--card", card, "--institution", HOSPITAL]).await;
        let answer: VisitAnswer = serde_json::from_str(&said.must_end_with(0).stdout).unwrap();
        (!answer.subsidies.is_empty()).then_some(answer)
    })
    .await;
    assert_eq!(answer.subsidies.len(), 1);
    assert_eq!(answer.subsidies[0].municipality_code, OSAKA);
}

pub(super) async fn bind_and_read(world: &World<'_>, card: &str, pin: &str) {
    let portal = PlainClient::new(world.addresses().reach(Door::Citizen).unwrap());
    let request = LoginRequest { card_serial: card.to_owned(), pin: pin.to_owned() };
    let login = until("the child is introduced to the portal", async || {
        let login: LoginAnswer = portal.post(paths::CITIZEN_LOGIN, &request).await.unwrap();
        (login.binding == Binding::Bound).then_some(login)
    })
    .await;
    let bearer = HeaderValue::from_str(&format!("Bearer {}", login.session)).unwrap();
    let own: OwnRecords = portal.get_with(paths::CITIZEN_SUBSIDIES, AUTHORIZATION, bearer).await.unwrap();
    assert_eq!(own.subsidies.len(), 1);
}

for_each_store!(six_processes_do_what_up_does);

/// Else a party that was started again would refuse the others' linkage keys as minted in the future.
#[tokio::test]
async fn a_party_that_starts_an_hour_later_shows_the_worlds_time() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let mut began_earlier: Addresses = world.addresses();
    let began_ms = began_earlier.began.virtual_ms;
    began_earlier.began.real_ms -= 3_600_000;
    began_earlier.write(world.data()).unwrap();
    for _ in 0..2 {
        let institution = world.serve(Party::Institution).await;
        let shown = world.status(Party::Institution).await.virtual_now;
        assert!(parse_rfc3339(&shown).unwrap() >= began_ms + 3_600_000, "{shown}");
        institution.kill().await;
    }
}

#[tokio::test]
async fn a_single_party_of_a_world_without_ports_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    pmh_sim(["seed", "--port", "0", "--out", data]).await.must_end_with(0);
    let refused = pmh_sim(["serve", "hub", "--data", data]).await.must_end_with(14);
    assert!(refused.stderr.contains("base port"), "{}", refused.stderr);
}
