//! `POST /eligibility/v1/epochs`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pmh_crypto::Entropy;
use pmh_domain::{ClockState, InstitutionCode, Strictness, VirtualClock};
use pmh_eligibility::hub::Epochs;
use pmh_service::Counters;
use pmh_wire::{ClockCommand, Code, Door, Party, Subsidy, paths};

use crate::support::answers::post_json;
use crate::support::oqs::{CONSENTED, agree};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{HOSPITAL, OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

async fn a_public_key_that_is_none_opens_no_epoch(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let hub = world.client(Party::Eligibility, "oqs", Door::HubEligibility);
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let key = |bytes: &[u8]| format!(r#"{{"publicKey":"{}"}}"#, URL_SAFE_NO_PAD.encode(bytes));
    // A point of order 4: everybody would have the same secret.
    let one: [u8; 32] = std::array::from_fn(|at| u8::from(at == 0));
    let cases = [
        (String::new(), Code::MalformedBody),
        ("{}".to_owned(), Code::MalformedBody),
        (r#"{"publicKey":null}"#.to_owned(), Code::MalformedBody),
        (key(&[9; 32]).replace('}', r#","epoch":7}"#), Code::MalformedBody),
        (key(&[]), Code::EpochKeyInvalid),
        (key(&[9; 31]), Code::EpochKeyInvalid),
        (key(&[9; 33]), Code::EpochKeyInvalid),
        (key(&[0; 32]), Code::EpochKeyInvalid),
        (key(&one), Code::EpochKeyInvalid),
        (format!(r#"{{"publicKey":"{}"}}"#, STANDARD.encode([0xff; 32])), Code::EpochKeyInvalid),
        (r#"{"publicKey":"not base64"}"#.to_owned(), Code::EpochKeyInvalid),
    ];
    for (body, code) in cases {
        post_json(&hub, paths::EPOCHS, body.clone()).await.assert_refused(code, &body);
    }
    assert_eq!(tables.rows().await, before);
}

async fn ids_of_epochs_rise_and_a_refused_one_costs_none(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let first = world.oqs("first").await;
    post_json(&first.hub, paths::EPOCHS, r#"{"publicKey":""}"#)
        .await
        .assert_refused(Code::EpochKeyInvalid, "");
    let other = world.oqs("second").await;
    let renewed = first.renewed().await;
    assert_eq!([first.epoch(), other.epoch(), renewed.epoch()], [1, 2, 3]);
    assert_eq!(HubTables::open(place).await.count("epoch").await, 3);
}

/// The hub has renewed the epoch, and its answer was lost: the eligibility system still mints under the one before.
async fn after_a_lost_renewal_the_next_visit_agrees_anew_and_is_answered(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let hub = world.client(Party::Eligibility, "oqs", Door::HubEligibility);
    let clock = VirtualClock::from_state(ClockState { virtual_ms: 0, real_ms: 0, frozen: true });
    clock.set(world.now_ms().await);
    let oqs = Epochs::new(hub.clone(), Entropy::new(), clock.clone(), Counters::new());
    let hospital = InstitutionCode::parse(HOSPITAL, Strictness::Strict).unwrap();
    let visit = async || {
        let answer = oqs.query(&person(0).pmh_id(), &hospital, CONSENTED).await.unwrap();
        serde_json::from_str::<Vec<Subsidy>>(answer.subsidies.get()).unwrap()
    };
    assert_eq!(visit().await.len(), 1);
    let before = oqs.current();

    world.turn_clock(ClockCommand::AdvanceMs(1_000)).await;
    agree(&hub).await;
    world.turn_clock(ClockCommand::AdvanceMs(1_000)).await;
    clock.set(world.now_ms().await);
    assert_eq!(visit().await.len(), 1);
    assert_ne!(oqs.current(), before);
}

for_each_store!(
    after_a_lost_renewal_the_next_visit_agrees_anew_and_is_answered,
    a_public_key_that_is_none_opens_no_epoch,
    ids_of_epochs_rise_and_a_refused_one_costs_none
);
