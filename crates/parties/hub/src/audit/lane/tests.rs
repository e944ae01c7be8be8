use pmh_store::Tx;

use super::*;
use crate::stand::{OSAKA, Stand};

fn lane(stand: &Stand) -> Lane {
    Lane::new(Arc::clone(&stand.keys.subsidy), stand.entropy.clone(), VirtualClock::real())
}

async fn append(stand: &Stand, lane: &Lane) -> (Turn, Tx) {
    let mut turn = lane.turn().await;
    let mut tx = stand.write().await;
    turn.append(&mut tx, &[Entry::of(OSAKA, "test", "hub")]).await.unwrap();
    (turn, tx)
}

async fn commit(stand: &Stand, lane: &Lane) {
    let (turn, tx) = append(stand, lane).await;
    turn.commit(tx).await.unwrap();
}

fn sequences(heads: &[LaneHead]) -> Vec<i64> {
    heads.iter().map(|head| head.sequence).collect()
}

#[tokio::test]
async fn a_head_is_unsigned_until_it_is_signed_and_again_when_it_moves() {
    let stand = Stand::new().await;
    let lane = lane(&stand);
    assert!(lane.unsigned_heads().await.is_empty(), "nothing was written");
    commit(&stand, &lane).await;
    let heads = lane.unsigned_heads().await;
    assert_eq!(sequences(&heads), [1]);
    commit(&stand, &lane).await;
    lane.note_signed(&heads[0]).await;
    let heads = lane.unsigned_heads().await;
    assert_eq!(sequences(&heads), [2], "it moved while it was signed");
    lane.note_signed(&heads[0]).await;
    assert!(lane.unsigned_heads().await.is_empty());
}

#[tokio::test]
async fn a_lane_that_was_left_keeps_its_last_head_until_that_is_signed() {
    let stand = Stand::new().await;
    let lane = lane(&stand);
    commit(&stand, &lane).await;
    commit(&stand, &lane).await;
    drop(append(&stand, &lane).await);
    commit(&stand, &lane).await;
    let heads = lane.unsigned_heads().await;
    assert_eq!(sequences(&heads), [2, 1]);
    assert_ne!(heads[0].lane, heads[1].lane);
    lane.note_signed(&heads[0]).await;
    assert_eq!(sequences(&lane.unsigned_heads().await), [1]);
}

#[tokio::test]
async fn a_lane_that_was_signed_or_empty_leaves_nothing_to_sign() {
    let stand = Stand::new().await;
    let lane = lane(&stand);
    drop(append(&stand, &lane).await);
    commit(&stand, &lane).await;
    let heads = lane.unsigned_heads().await;
    assert_eq!(sequences(&heads), [1]);
    lane.note_signed(&heads[0]).await;
    drop(append(&stand, &lane).await);
    assert!(lane.unsigned_heads().await.is_empty());
}
