//! What the portal takes from the eligibility system, and from nobody else.

use pmh_service::CallError;
use pmh_wire::{Binding, Code, IntroductionEntries, Party, Received, paths};

use super::support::{PIN, Surroundings, account, card, entry, files_below, pmh_id, pseudonym};
use crate::store::introduction;

#[tokio::test]
async fn only_the_eligibility_system_introduces() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    let hub = surroundings.client_of(Party::Hub, portal.introduction);
    let entries = IntroductionEntries { entries: vec![entry(1)] };
    let refused = hub.post::<_, Received>(paths::INTRODUCTION, &entries).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(Code::WrongPeer.problem()));
    assert_eq!(portal.count("introductions_received"), 0);
}

#[tokio::test]
async fn a_malformed_entry_refuses_all_of_them() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    let mut malformed = entry(2);
    malformed.pmh_id.pop();
    let refused = portal.introduce(vec![entry(1), malformed]).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(Code::InvalidMember.problem().at_field("pmhId")));
    let mut malformed = entry(2);
    malformed.portal_pseudonym.push('0');
    let refused = portal.introduce(vec![entry(1), malformed]).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(Code::InvalidMember.problem().at_field("portalPseudonym")));
    assert_eq!(count_stored(&surroundings).await, 0);
}

#[tokio::test]
async fn an_introduction_before_the_enrolment_is_kept_for_it() {
    let mut surroundings = Surroundings::new([]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    assert_eq!(portal.introduce(vec![entry(1)]).await.unwrap(), Received { received: 1 });
    portal.enrol(vec![account(1)]).await.unwrap();
    assert_eq!(portal.login(&card(1), PIN).await.unwrap().binding, Binding::Bound);
    assert!(surroundings.hub.pairs().contains_key(&pmh_id(1).expose_text()));
}

#[tokio::test]
async fn the_same_introduction_again_rewrites_nothing() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let store = surroundings.look_in().await;
    let mut tx = store.read().await.unwrap();
    let first = introduction::list_all(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    portal.introduce(vec![entry(1), entry(1)]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert!(introduction::list_all(&mut tx).await.unwrap() == first);
    assert_eq!(first.len(), 1);
}

#[tokio::test]
async fn an_introduction_after_the_binding_is_acknowledged_and_not_stored() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    portal.login(&card(1), PIN).await.unwrap();
    assert_eq!(portal.introduce(vec![entry(1)]).await.unwrap(), Received { received: 1 });
    assert_eq!(count_stored(&surroundings).await, 0);
}

#[tokio::test]
async fn of_two_pmh_ids_for_one_pseudonym_the_newer_is_bound() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    let mut corrected = entry(1);
    corrected.pmh_id = pmh_id(2).expose_text();
    portal.introduce(vec![entry(1)]).await.unwrap();
    portal.introduce(vec![corrected]).await.unwrap();
    portal.login(&card(1), PIN).await.unwrap();
    assert_eq!(surroundings.hub.pairs().into_keys().collect::<Vec<_>>(), [pmh_id(2).expose_text()]);
}

#[tokio::test]
async fn a_stolen_database_has_no_value_in_the_clear() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    portal.login(&card(1), PIN).await.unwrap();
    let values: [Vec<u8>; 5] = [
        card(1).into(),
        pseudonym(1).expose_bytes().to_vec(),
        pseudonym(1).expose_text().into(),
        pmh_id(1).expose_bytes().to_vec(),
        pmh_id(1).expose_text().into(),
    ];
    let files = files_below(&surroundings.folder.path().join("database"));
    assert!(!files.is_empty());
    for (name, bytes) in files {
        for value in &values {
            assert!(!bytes.windows(value.len()).any(|window| window == value), "{name}");
        }
    }
}

async fn count_stored(surroundings: &Surroundings) -> usize {
    let store = surroundings.look_in().await;
    let mut tx = store.read().await.unwrap();
    introduction::list_all(&mut tx).await.unwrap().len()
}
