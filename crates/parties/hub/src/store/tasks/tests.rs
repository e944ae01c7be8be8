use super::*;
use crate::stand::Stand;
use crate::store::chunks::{self, ChunkRow};

const TASK: &[u8] = &[7; 16];

/// A task that is being received, with this many chunks.
async fn receive(stand: &Stand, chunks: i64) {
    let mut tx = stand.write().await;
    let new = NewTask { task: TASK, file_name: None, key_version: 1 };
    add_receiving(&mut tx, &stand.access, &new).await.unwrap();
    for chunk in 0..chunks {
        let row = ChunkRow { chunk, sealed: b"sealed".to_vec(), key_version: 1, lines: String::new() };
        chunks::add(&mut tx, &stand.access, TASK, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn delete_some(stand: &Stand) -> bool {
    let mut tx = stand.write().await;
    let all_gone = delete_some_receiving(&mut tx, &stand.access, TASK).await.unwrap();
    tx.commit().await.unwrap();
    all_gone
}

async fn standing(stand: &Stand, numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut tx = stand.write().await;
    let mut found = Vec::new();
    for chunk in numbers {
        if chunks::find(&mut tx, &stand.access, TASK, chunk).await.unwrap().is_some() {
            found.push(chunk);
        }
    }
    found
}

#[tokio::test]
async fn a_received_task_goes_sixteen_chunks_at_a_time_and_itself_last() {
    let stand = Stand::new().await;
    receive(&stand, 40).await;
    for (left, all_gone) in [(24, false), (8, false), (0, true)] {
        assert_eq!(delete_some(&stand).await, all_gone, "{left} left");
        assert!(standing(&stand, 0..40).await.into_iter().eq(0..left));
        let mut tx = stand.write().await;
        let receiving = list_receiving(&mut tx, &stand.access).await.unwrap();
        assert_eq!(receiving.is_empty(), all_gone, "{left} left");
    }
    assert!(delete_some(&stand).await, "again");
}

#[tokio::test]
async fn chunks_that_fill_the_last_deletion_leave_no_task_behind() {
    let stand = Stand::new().await;
    receive(&stand, 16).await;
    assert!(!delete_some(&stand).await);
    assert!(delete_some(&stand).await);
    let mut tx = stand.write().await;
    assert!(list_receiving(&mut tx, &stand.access).await.unwrap().is_empty());
}

/// The connection may break while the acceptance is being committed: then nobody was told, but it may stand.
#[tokio::test]
async fn an_accepted_task_keeps_its_chunks_from_a_receiver_that_does_not_know() {
    let stand = Stand::new().await;
    receive(&stand, 3).await;
    let mut tx = stand.write().await;
    let acceptance =
        Acceptance { content_tag: b"tag", csv_encoding: None, accepted_ms: 1, chunks: 3, received: 3_000 };
    accept(&mut tx, &stand.access, TASK, &acceptance).await.unwrap();
    tx.commit().await.unwrap();
    assert!(delete_some(&stand).await);
    assert_eq!(standing(&stand, 0..3).await, [0, 1, 2]);
    let mut tx = stand.write().await;
    let next = find_next(&mut tx, &stand.access).await.unwrap();
    assert_eq!(next.map(|task| task.received), Some(3_000));
}
