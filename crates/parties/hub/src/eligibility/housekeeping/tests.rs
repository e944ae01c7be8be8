use pmh_domain::{ClockState, VirtualClock};

use super::*;
use crate::stand::Stand;
use crate::store::asked;
use crate::store::epochs::EpochRow;

const TODAY_MS: i64 = 1_790_000_000_000;
const A_YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

fn frozen(virtual_ms: i64) -> VirtualClock {
    VirtualClock::from_state(ClockState { virtual_ms, real_ms: 0, frozen: true })
}

fn epoch(epoch: i64, owner: &str, opened_ms: i64) -> EpochRow {
    EpochRow { epoch, owner: owner.to_owned(), sealed: b"sealed".to_vec(), key_version: 1, opened_ms }
}

async fn window(stand: &Stand, epoch: i64) -> Option<epochs::Window> {
    let routing = &stand.keys.routing;
    asked::ask(&mut stand.write().await, routing, &[epoch], &[]).await.unwrap().windows.remove(&epoch)
}

#[tokio::test]
async fn an_epoch_opened_after_the_clock_was_set_back_is_not_ended_by_a_time_read_before() {
    let stand = Stand::new().await;
    let clock = frozen(TODAY_MS + A_YEAR_MS);
    let inquiry = stand.inquiry(&clock);
    let turn = inquiry.lane.turn().await;
    let mut opening = stand.write().await;
    let purging = tokio::spawn({
        let inquiry = inquiry.clone();
        async move { follow_clock(&inquiry).await }
    });
    // The only thread lets the purge go as far as it can.
    tokio::task::yield_now().await;
    clock.set(TODAY_MS);
    epochs::open(&mut opening, &epoch(1, "oqs", TODAY_MS)).await.unwrap();
    opening.commit().await.unwrap();
    drop(turn);
    purging.await.unwrap().unwrap();
    assert!(window(&stand, 1).await.unwrap().holds(TODAY_MS));
}

#[tokio::test]
async fn an_epoch_whose_last_key_has_expired_ends_and_the_open_one_stays() {
    let stand = Stand::new().await;
    let clock = frozen(TODAY_MS);
    let inquiry = stand.inquiry(&clock);
    let mut tx = stand.write().await;
    epochs::open(&mut tx, &epoch(1, "oqs", TODAY_MS - 1_000)).await.unwrap();
    epochs::open(&mut tx, &epoch(2, "oqs", TODAY_MS)).await.unwrap();
    tx.commit().await.unwrap();
    for (advance_ms, first_stands) in [(LINKAGE_KEY_LIFE_MS + FUTURE_TOLERANCE_MS, true), (1, false)] {
        clock.advance(advance_ms);
        purge(&inquiry, &CancellationToken::new()).await.unwrap();
        assert_eq!(window(&stand, 1).await.is_some(), first_stands);
        assert!(window(&stand, 2).await.is_some());
    }
}

fn used(epoch: i64, minted_ms: i64, number: i64) -> epochs::KeyUse {
    let mut jti = [0; pmh_crypto::JTI_LENGTH];
    jti[..8].copy_from_slice(&number.to_be_bytes());
    epochs::KeyUse { epoch, minted_ms, jti }
}

#[tokio::test]
async fn used_keys_are_forgotten_in_several_steps_and_none_that_may_be_accepted() {
    let stand = Stand::new().await;
    let clock = frozen(TODAY_MS);
    let inquiry = stand.inquiry(&clock);
    // Below the watermark: more than go at once, many of one millisecond, and all of an epoch that is gone.
    let below_ms = TODAY_MS - LINKAGE_KEY_LIFE_MS - FUTURE_TOLERANCE_MS;
    let mut refused: Vec<_> = (0..9_000).map(|at| used(2, below_ms - 2_000 + at / 5, at)).collect();
    refused.extend((0..4_500).map(|at| used(3, below_ms - 1, at)));
    refused.extend((0..10).map(|at| used(1, TODAY_MS, at)));
    let accepted = [used(2, below_ms, 0), used(2, TODAY_MS, 1), used(3, TODAY_MS, 2)];
    let mut all = [&refused[..], &accepted].concat();
    all.sort_unstable();
    let mut tx = stand.write().await;
    for (number, owner) in [(2, "one"), (3, "other")] {
        epochs::open(&mut tx, &epoch(number, owner, 0)).await.unwrap();
    }
    assert_eq!(epochs::use_once(&mut tx, &all).await.unwrap().len(), all.len());
    tx.commit().await.unwrap();
    purge(&inquiry, &CancellationToken::new()).await.unwrap();
    let forgotten = epochs::use_once(&mut stand.write().await, &all).await.unwrap();
    assert!(forgotten == refused.into_iter().collect(), "{} are forgotten", forgotten.len());
}

/// Those of the millisecond in which the bound falls go too.
#[tokio::test]
async fn one_step_forgets_no_more_than_its_bound_and_a_millisecond_and_the_next_goes_on_there() {
    let stand = Stand::new().await;
    let gone: Vec<_> = (0..2_500).map(|at| used(1, TODAY_MS + at / 5, at)).collect();
    let mut tx = stand.write().await;
    epochs::use_once(&mut tx, &gone).await.unwrap();
    let epoch = epochs::find_next_used(&mut tx, 0).await.unwrap().unwrap();
    // As if all before had been forgotten.
    let rest_from_ms = epochs::forget_some(&mut tx, epoch, TODAY_MS + 100, 1_000).await.unwrap();
    assert_eq!(rest_from_ms, Some(TODAY_MS + 301));
    let forgotten = epochs::use_once(&mut tx, &gone).await.unwrap();
    assert!(forgotten == gone[500..1_505].iter().copied().collect(), "{} are forgotten", forgotten.len());
    // They are used again, so the next step would find them if it began where this one did.
    let rest_from_ms = epochs::forget_some(&mut tx, epoch, TODAY_MS + 301, 1_000).await.unwrap();
    assert_eq!(rest_from_ms, None);
    let forgotten = epochs::use_once(&mut tx, &gone).await.unwrap();
    assert!(forgotten == gone[1_505..].iter().copied().collect(), "{} are forgotten", forgotten.len());
}

#[tokio::test]
async fn a_hub_that_stops_forgets_the_rest_after_its_next_start() {
    let stand = Stand::new().await;
    let inquiry = stand.inquiry(&frozen(TODAY_MS));
    let gone: Vec<_> = (0..9_000).map(|at| used(1, TODAY_MS + at / 5, at)).collect();
    let mut tx = stand.write().await;
    epochs::use_once(&mut tx, &gone).await.unwrap();
    tx.commit().await.unwrap();
    let stopping = CancellationToken::new();
    stopping.cancel();
    purge(&inquiry, &stopping).await.unwrap();
    let forgotten = epochs::use_once(&mut stand.write().await, &gone).await.unwrap();
    assert_eq!(forgotten.len(), 2_005);
}
