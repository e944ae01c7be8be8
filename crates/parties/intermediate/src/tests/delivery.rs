//! `POST /linking/v1/entries`, as the OQS sees it.

use pmh_store::{Database, Store};
use pmh_wire::PersonToNumber;

use super::oqs::Mood;
use super::stand::{Stand, asked, enrolled};
use crate::store::outbox;
use crate::{SCHEMA, store};

/// The server's own tables, past its doors.
async fn tables(stand: &Stand) -> Store {
    let database = Database::Sqlite { folder: stand.folder.path().join("db") };
    SCHEMA.open(&database, store::APP, 1).await.unwrap()
}

/// Puts person 1 into the outbox, as a transaction would whose commit nobody heard of.
async fn put_unheard(tables: &Store) {
    let mut tx = tables.write().await.unwrap();
    outbox::put(&mut tx, &[1]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_a_doubtful_commit_left_is_told_when_the_hub_asks_again() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.accepted.len() == 1).await;
    let tables = tables(&stand).await;
    put_unheard(&tables).await;
    // Nobody is numbered by this request: its answer was lost the first time.
    server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.accepted.len() == 2).await;
}

#[tokio::test]
async fn an_entry_that_becomes_due_anew_while_it_is_on_its_way_stays_due() {
    let stand = Stand::new(&[enrolled(1)]);
    stand.oqs.is(Mood::Away);
    let server = stand.start().await;
    server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.refused > 0).await;
    server.stop().await;
    let tables = tables(&stand).await;
    let due = async || outbox::due(&mut tables.read().await.unwrap(), 0, 10).await.unwrap();
    let sent = due().await;
    put_unheard(&tables).await;
    for left in [1, 0] {
        let current = if left == 1 { &sent } else { &due().await };
        let mut tx = tables.write().await.unwrap();
        outbox::acknowledge(&mut tx, current).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due().await.len(), left);
    }
}

#[tokio::test]
async fn the_oqs_is_told_pmh_id_and_linking_number_of_everybody_numbered_and_of_nobody_else() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    let pmh_id = server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.accepted.len() == 1).await;
    let told = stand.oqs.accepted();
    assert_eq!((told[0].linking_number.as_str(), &told[0].pmh_id), ("L-1", &pmh_id));
}

#[tokio::test]
async fn numbering_goes_on_while_the_oqs_is_away_and_it_is_told_once_after_a_restart() {
    let stand = Stand::new(&(0..302).map(enrolled).collect::<Vec<_>>());
    stand.oqs.is(Mood::Away);
    let server = stand.start().await;
    let everybody: Vec<PersonToNumber> = (0..300).map(asked).collect();
    for part in everybody.chunks(150) {
        assert_eq!(server.number(part.to_vec()).await.unwrap().numbered.len(), 150);
    }
    stand.oqs.wait_until(|log| log.refused > 0).await;
    assert_eq!(stand.oqs.accepted().len(), 0);
    server.stop().await;

    stand.oqs.is(Mood::Accepts);
    let server = stand.start().await;
    stand.oqs.wait_until(|log| log.accepted.len() >= 300).await;
    // When the next one is told, the acknowledgement of those before it has been stored.
    server.pmh_id(asked(300)).await;
    stand.oqs.wait_until(|log| log.accepted.iter().any(|entry| entry.linking_number == "L-300")).await;
    server.stop().await;

    let server = stand.start().await;
    server.pmh_id(asked(301)).await;
    stand.oqs.wait_until(|log| log.accepted.iter().any(|entry| entry.linking_number == "L-301")).await;
    let told = stand.oqs.accepted();
    for n in 0..300 {
        let number = format!("L-{n}");
        assert_eq!(told.iter().filter(|entry| entry.linking_number == number).count(), 1, "{number}");
    }
}

#[tokio::test]
async fn the_same_server_tells_the_oqs_when_it_comes_back() {
    let stand = Stand::new(&[enrolled(1)]);
    stand.oqs.is(Mood::Away);
    let server = stand.start().await;
    server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.refused >= 2).await;
    stand.oqs.is(Mood::Accepts);
    stand.oqs.wait_until(|log| log.accepted.len() == 1).await;
}

#[tokio::test]
async fn an_entry_that_the_oqs_refuses_does_not_hold_up_the_others() {
    let stand = Stand::new(&(0..5).map(enrolled).collect::<Vec<_>>());
    stand.oqs.is(Mood::Refuses("L-2".to_owned()));
    let server = stand.start().await;
    server.number((0..5).map(asked).collect()).await.unwrap();
    stand.oqs.wait_until(|log| log.accepted.len() == 4).await;
    assert!(!stand.oqs.linking_numbers().contains("L-2"));
    stand.oqs.is(Mood::Accepts);
    stand.oqs.wait_until(|log| log.accepted.len() == 5).await;
    assert!(stand.oqs.linking_numbers().contains("L-2"), "it stayed due");
}
