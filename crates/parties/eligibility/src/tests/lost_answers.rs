//! After a lost answer a new key is minted, once; the old one is never sent again.

use std::collections::BTreeSet;
use std::time::Duration;

use pmh_crypto::Entropy;
use pmh_domain::{Consents, InstitutionCode, Strictness, VirtualClock};
use pmh_service::{CallError, Counters, Exchanges, PeerClient};
use pmh_wire::{Code, Party};

use super::hub::{Ending, Hub, subsidy};
use super::stand::{BOTH, INSTITUTION, Server, Stand, enrolled, linked, own_name, pmh_id, refusal};
use crate::hub::{Epochs, HubError};

async fn start(stand: &Stand) -> Server {
    stand.hub.answers(vec![subsidy()]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    server
}

/// How many queries came, and how many different keys they had.
fn keys(hub: &Hub) -> (usize, usize) {
    let asked = hub.asked();
    let different: BTreeSet<&str> = asked.iter().map(|one| one.key.as_str()).collect();
    (asked.len(), different.len())
}

#[tokio::test]
async fn after_a_lost_answer_a_new_key_brings_the_answer() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = start(&stand).await;
    stand.hub.ends([Ending::Lost]);
    assert_eq!(server.confirm("C-1", BOTH).await.unwrap().subsidies.len(), 1);
    assert_eq!(keys(&stand.hub), (2, 2));
    assert_eq!(stand.hub.epochs(), 1);
}

#[tokio::test]
async fn after_two_lost_answers_the_institution_is_told_to_ask_again() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = start(&stand).await;
    stand.hub.ends([Ending::Lost, Ending::Lost]);
    assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::Unavailable));
    assert_eq!(keys(&stand.hub), (2, 2));
}

#[tokio::test]
async fn a_hub_that_is_busy_is_asked_again_with_a_new_key() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = start(&stand).await;
    stand.hub.ends([Ending::Refused(Code::Unavailable)]);
    assert_eq!(server.confirm("C-1", BOTH).await.unwrap().subsidies.len(), 1);
    assert_eq!(keys(&stand.hub), (2, 2));
    stand.hub.ends([Ending::Refused(Code::Unavailable), Ending::Refused(Code::Unavailable)]);
    assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::Unavailable));
    assert_eq!(keys(&stand.hub), (4, 4));
}

#[tokio::test]
async fn an_unknown_epoch_is_replaced_and_its_key_with_it() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = start(&stand).await;
    stand.hub.ends([Ending::Refused(Code::UnknownEpoch)]);
    assert_eq!(server.confirm("C-1", BOTH).await.unwrap().subsidies.len(), 1);
    assert_eq!(keys(&stand.hub), (2, 2));
    let epochs: Vec<u32> = stand.hub.asked().iter().map(|one| one.epoch).collect();
    assert_eq!(epochs, [1, 2]);
}

#[tokio::test]
async fn an_epoch_that_takes_no_fresh_key_is_replaced_once() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = start(&stand).await;
    stand.hub.ends([Ending::Refused(Code::LinkageKeyExpired)]);
    assert_eq!(server.confirm("C-1", BOTH).await.unwrap().subsidies.len(), 1);
    let epochs: Vec<u32> = stand.hub.asked().iter().map(|one| one.epoch).collect();
    assert_eq!((epochs.as_slice(), keys(&stand.hub)), ([1, 2].as_slice(), (2, 2)));
    let expired = Ending::Refused(Code::LinkageKeyExpired);
    stand.hub.ends([expired, expired]);
    assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::PeerFailed));
    assert_eq!(keys(&stand.hub), (4, 4));
}

#[tokio::test]
async fn a_hub_that_never_answers_gets_two_keys() {
    let stand = Stand::new(&[]);
    let identity = stand.pki.load(&own_name(Party::Eligibility)).unwrap();
    let client = PeerClient::new(&identity, stand.pki.ca(), Party::Hub, stand.hub.address, Exchanges::none());
    let clock = VirtualClock::real();
    let epochs =
        Epochs::new(client.with_timeout(Duration::from_millis(500)), Entropy::new(), clock, Counters::new());
    let institution = InstitutionCode::parse(INSTITUTION, Strictness::Lenient).unwrap();
    epochs.renew().await.unwrap();
    stand.hub.ends([Ending::Silence, Ending::Silence]);
    let outcome = epochs.query(&pmh_id(1), &institution, Consents::from(BOTH)).await;
    assert!(matches!(outcome, Err(HubError::Call(CallError::TimedOut))));
    assert_eq!(keys(&stand.hub), (2, 2));
}
