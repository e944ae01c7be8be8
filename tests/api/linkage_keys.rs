//! The life of a linkage key at the hub: its form, its epoch, its age, its one use.

use pmh_crypto::{FUTURE_TOLERANCE_MS, LINKAGE_KEY_LIFE_MS};
use pmh_domain::rfc3339_japan;
use pmh_wire::{ClockCommand, Code, EligibilityAnswer};

use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

const IN_A_RACE: usize = 64;

/// The hub with one person who has a certificate.
async fn hub(place: &TestDatabase) -> World {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world
}

/// Stops the hub's clock, so that a millisecond is a millisecond.
async fn freeze(world: &World) -> i64 {
    world.turn_clock(ClockCommand::Freeze(true)).await;
    world.now_ms().await
}

/// The key with another character at a place.
fn altered(key: &str, at: usize) -> String {
    let mut bytes = key.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}

async fn a_cut_or_altered_key_is_refused_and_the_right_one_still_good(place: &TestDatabase) {
    let world = hub(place).await;
    let oqs = world.oqs("oqs").await;
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    for cut in
        ["", &key[1..], &key[..key.len() - 1], &key[..key.len() / 2], &format!("{key}A"), &format!("{key}=")]
    {
        oqs.ask(cut).await.assert_refused(Code::LinkageKeyMalformed, cut);
    }
    oqs.ask(&key.replacen(&key[30..31], "é", 1)).await.assert_refused(Code::LinkageKeyMalformed, "not ASCII");
    // A character holds six bits: format (8), epoch (32), then nonce, text and tag.
    oqs.ask(&altered(&key, 0)).await.assert_refused(Code::LinkageKeyMalformed, "its format");
    oqs.ask(&altered(&key, 4)).await.assert_refused(Code::UnknownEpoch, "its epoch");
    for at in [8, 20, 40, 60, key.len() - 3] {
        oqs.ask(&altered(&key, at))
            .await
            .assert_refused(Code::LinkageKeyDoesNotOpen, "its nonce, text or tag");
    }
    assert_eq!(HubTables::open(place).await.count("used_key").await, 0);
    assert_eq!(oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies.len(), 1);
}

async fn a_key_of_an_epoch_that_is_unknown_or_anothers_is_refused(place: &TestDatabase) {
    let world = hub(place).await;
    let (oqs, other) = (world.oqs("oqs").await, world.oqs("other").await);
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    other.ask(&key).await.assert_refused(Code::UnknownEpoch, "another's epoch");
    // The epoch counter stands at 2: its last byte ends in the seventh character.
    let unknown = format!("{}X{}", &key[..5], &key[6..]);
    oqs.ask(&unknown).await.assert_refused(Code::UnknownEpoch, "an epoch that never was");
    assert_eq!(HubTables::open(place).await.count("used_key").await, 0);
    assert!(oqs.ask(&key).await.status.is_success());
}

async fn a_key_lives_60_seconds_of_the_hubs_time(place: &TestDatabase) {
    let world = hub(place).await;
    let oqs = world.oqs("oqs").await;
    let now_ms = freeze(&world).await;
    let mint = || oqs.mint(&person(0).pmh_id(), now_ms);
    let (in_time, too_late) = (mint(), mint());
    world.turn_clock(ClockCommand::AdvanceMs(LINKAGE_KEY_LIFE_MS)).await;
    assert!(oqs.ask(&in_time).await.status.is_success());
    world.turn_clock(ClockCommand::AdvanceMs(1)).await;
    oqs.ask(&too_late).await.assert_refused(Code::LinkageKeyExpired, "60.001 s old");
    oqs.ask(&in_time).await.assert_refused(Code::LinkageKeyExpired, "used and too old");
}

async fn a_key_from_more_than_5_seconds_ahead_is_refused(place: &TestDatabase) {
    let world = hub(place).await;
    let oqs = world.oqs("oqs").await;
    let now_ms = freeze(&world).await;
    let ahead = |ms| oqs.mint(&person(0).pmh_id(), now_ms + ms);
    oqs.ask(&ahead(FUTURE_TOLERANCE_MS + 1)).await.assert_refused(Code::LinkageKeyFromTheFuture, "5.001 s");
    oqs.ask(&ahead(i64::MAX - now_ms)).await.assert_refused(Code::LinkageKeyFromTheFuture, "the end of time");
    oqs.ask(&ahead(i64::MIN + 1)).await.assert_refused(Code::LinkageKeyExpired, "its beginning");
    assert!(oqs.ask(&ahead(FUTURE_TOLERANCE_MS)).await.status.is_success());
}

async fn an_epoch_takes_no_key_minted_after_the_next_one_began(place: &TestDatabase) {
    let world = hub(place).await;
    let oqs = world.oqs("oqs").await;
    let now_ms = freeze(&world).await;
    let renewed = oqs.renewed().await;
    world.turn_clock(ClockCommand::AdvanceMs(1_000)).await;
    let late = oqs.mint(&person(0).pmh_id(), now_ms + 1);
    oqs.ask(&late).await.assert_refused(Code::LinkageKeyExpired, "the expired epoch");
    assert!(oqs.ask(&oqs.mint(&person(0).pmh_id(), now_ms)).await.status.is_success(), "its last key");
    assert!(oqs.ask(&renewed.mint(&person(0).pmh_id(), now_ms + 1_000)).await.status.is_success());
}

async fn a_key_is_accepted_once_among_64_at_once(place: &TestDatabase) {
    let world = hub(place).await;
    let oqs = std::sync::Arc::new(world.oqs("oqs").await);
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    let asked: Vec<_> = (0..IN_A_RACE)
        .map(|_| {
            let (oqs, key) = (std::sync::Arc::clone(&oqs), key.clone());
            tokio::spawn(async move { oqs.ask(&key).await })
        })
        .collect();
    let mut accepted = 0;
    for answer in asked {
        let answer = answer.await.unwrap();
        if answer.status.is_success() {
            accepted += 1;
        } else {
            answer.assert_refused(Code::LinkageKeyUsed, "the others");
        }
    }
    assert_eq!(accepted, 1);
    oqs.ask(&key).await.assert_refused(Code::LinkageKeyUsed, "and later");
    assert_eq!(HubTables::open(place).await.count("used_key").await, 1);
}

async fn a_used_key_is_refused_after_a_restart_and_an_unused_one_is_not(place: &TestDatabase) {
    let mut world = hub(place).await;
    let oqs = world.oqs("oqs").await;
    let mint = async || oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    let (used, unused) = (mint().await, mint().await);
    assert!(oqs.ask(&used).await.status.is_success());
    world.restart_hub().await;
    let later = world.oqs_of(oqs);
    later.ask(&used).await.assert_refused(Code::LinkageKeyUsed, "used before the restart");
    assert_eq!(later.ask(&unused).await.json::<EligibilityAnswer>().subsidies.len(), 1);
}

async fn a_clock_set_back_ends_every_key_minted_before(place: &TestDatabase) {
    let world = hub(place).await;
    let (oqs, other) = (world.oqs("oqs").await, world.oqs("other").await);
    let now_ms = freeze(&world).await;
    let keys = [oqs.mint(&person(0).pmh_id(), now_ms), oqs.mint(&person(0).pmh_id(), now_ms)];
    assert!(oqs.ask(&keys[0]).await.status.is_success());
    world.turn_clock(ClockCommand::Set(rfc3339_japan(now_ms - 2_000))).await;
    for key in keys {
        oqs.ask(&key).await.assert_refused(Code::UnknownEpoch, "used or not");
    }
    let others = other.mint(&person(0).pmh_id(), now_ms - 2_000);
    other.ask(&others).await.assert_refused(Code::UnknownEpoch, "another OQS's epoch");
    assert_eq!(HubTables::open(place).await.count("epoch").await, 0);
    let renewed = oqs.renewed().await;
    assert_eq!(renewed.epoch(), 3, "ids do not return");
    assert!(renewed.ask(&renewed.mint(&person(0).pmh_id(), now_ms - 2_000)).await.status.is_success());
}

for_each_store!(
    a_cut_or_altered_key_is_refused_and_the_right_one_still_good,
    a_key_of_an_epoch_that_is_unknown_or_anothers_is_refused,
    a_key_lives_60_seconds_of_the_hubs_time,
    a_key_from_more_than_5_seconds_ahead_is_refused,
    an_epoch_takes_no_key_minted_after_the_next_one_began,
    a_key_is_accepted_once_among_64_at_once,
    a_used_key_is_refused_after_a_restart_and_an_unused_one_is_not,
    a_clock_set_back_ends_every_key_minted_before,
);
