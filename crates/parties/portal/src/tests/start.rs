//! Starting, and what a browser gets.

use pmh_crypto::{Entropy, MasterKey};
use pmh_service::StartError;
use pmh_wire::{Code, Party};

use super::support::{PIN, Surroundings, account, card, get_text};

#[tokio::test]
async fn the_seed_is_imported_once() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    let mut renewed = account(1);
    renewed.card_serial = "CARD-1-RENEWED".to_owned();
    portal.enrol(vec![renewed]).await.unwrap();
    portal.stop().await;
    let portal = surroundings.start().await;
    assert!(portal.login("CARD-1-RENEWED", PIN).await.is_ok());
    assert_eq!(portal.login(&card(1), PIN).await.unwrap_err(), Code::SignInFailed.problem());
}

#[tokio::test]
async fn with_another_master_key_it_does_not_start() {
    let surroundings = Surroundings::new([1]);
    surroundings.start().await.stop().await;
    let key = surroundings.folder.path().join("keys/portal.key");
    std::fs::write(key, MasterKey::generate(&Entropy::new()).to_text().as_bytes()).unwrap();
    assert!(matches!(surroundings.try_start().await, Err(StartError::WrongMasterKey(Party::Portal))));
}

#[tokio::test]
async fn without_its_seed_file_it_does_not_start() {
    let surroundings = Surroundings::new([1]);
    std::fs::remove_file(surroundings.folder.path().join("seed/portal.json")).unwrap();
    assert!(matches!(surroundings.try_start().await, Err(StartError::File { .. })));
}

#[tokio::test]
async fn a_browser_gets_a_page_in_both_languages() {
    let portal = Surroundings::new([]).start().await;
    let (kind, page) = get_text(portal.citizen, "/").await;
    assert_eq!(kind, "text/html; charset=utf-8");
    assert!(page.contains("ログイン / log in"));
}
