//! `POST /eligibility/v1/epochs`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pmh_wire::{Code, Door, Party, paths};

use crate::support::answers::post_json;
use crate::support::rows::HubTables;
use crate::support::world::World;
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

for_each_store!(a_public_key_that_is_none_opens_no_epoch, ids_of_epochs_rise_and_a_refused_one_costs_none);
