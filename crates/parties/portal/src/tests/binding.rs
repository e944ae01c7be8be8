//! One person, one pseudonym, one pair at the hub (001:38), whatever happens in between.

use std::collections::BTreeSet;

use pmh_domain::{PmhPseudonym, PortalPseudonym};
use pmh_wire::{Binding, Code};

use super::support::{PIN, Surroundings, account, card, entry, pmh_id, pseudonym};
use crate::BindWhen;

#[tokio::test]
async fn before_the_introduction_the_login_works_and_the_read_is_refused() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    let login = portal.login(&card(1), PIN).await.unwrap();
    assert_eq!(login.binding, Binding::Waiting);
    assert_eq!(portal.read(&login.session).await.unwrap_err(), Code::NotBoundYet.problem());
    assert!(surroundings.hub.reads.lock().unwrap().is_empty(), "the hub is not asked");
}

#[tokio::test]
async fn the_first_login_binds_and_the_citizen_reads_by_pseudonym_alone() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    assert!(surroundings.hub.pairs().is_empty(), "nothing is bound before the first use");
    let login = portal.login(&card(1), PIN).await.unwrap();
    assert_eq!(login.binding, Binding::Bound);
    portal.read(&login.session).await.unwrap();

    let sent = surroundings.hub.pairs().remove(&pmh_id(1).expose_text()).unwrap();
    let made = PmhPseudonym::parse(&sent).unwrap();
    assert_ne!(made.expose_bytes(), pseudonym(1).expose_bytes(), "a new one, not the portal's own");
    assert!(PortalPseudonym::parse(&sent).is_err());
    let reads = surroundings.hub.reads.lock().unwrap();
    assert_eq!(reads.iter().map(|read| read.pmh_pseudonym.as_str()).collect::<Vec<_>>(), [sent.as_str()]);
}

#[tokio::test]
async fn the_switch_binds_right_after_the_introduction() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start_binding(BindWhen::Introduced).await;
    portal.introduce(vec![entry(1), entry(2)]).await.unwrap();
    surroundings.arrivals.recv().await.unwrap();
    assert!(surroundings.hub.pairs().contains_key(&pmh_id(1).expose_text()));
    // Person 2 has no account yet: there is nobody to bind.
    portal.enrol(vec![account(2)]).await.unwrap();
    surroundings.arrivals.recv().await.unwrap();
    assert!(surroundings.hub.pairs().contains_key(&pmh_id(2).expose_text()));
}

#[tokio::test]
async fn a_login_before_the_introduction_is_bound_when_it_comes() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    let login = portal.login(&card(1), PIN).await.unwrap();
    portal.introduce(vec![entry(1)]).await.unwrap();
    surroundings.arrivals.recv().await.unwrap();
    assert_eq!(portal.login(&card(1), PIN).await.unwrap().binding, Binding::Bound);
    portal.read(&login.session).await.unwrap();
}

#[tokio::test]
async fn two_logins_at_once_make_one_pseudonym_and_one_pair() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let card = card(1);
    let (one, other) = tokio::join!(portal.login(&card, PIN), portal.login(&card, PIN));
    assert_eq!((one.unwrap().binding, other.unwrap().binding), (Binding::Bound, Binding::Bound));
    assert_eq!(portal.count("pseudonyms_made"), 1);
    assert_eq!(portal.count("bindings_made"), 1);
    assert_eq!(surroundings.hub.pairs().len(), 1);
    assert_eq!(pseudonyms_sent(&surroundings).len(), 1);
}

#[tokio::test]
async fn with_the_hub_away_the_binding_waits_over_a_restart_and_is_made_once() {
    let mut surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let login = portal.login(&card(1), PIN).await.unwrap();
    assert_eq!(login.binding, Binding::Waiting);
    portal.stop().await;

    let portal = surroundings.start().await;
    assert_eq!(portal.read(&login.session).await.unwrap_err(), Code::NotBoundYet.problem());
    surroundings.open_hub();
    surroundings.arrivals.recv().await.unwrap();
    assert_eq!(portal.login(&card(1), PIN).await.unwrap().binding, Binding::Bound);
    portal.read(&login.session).await.unwrap();
    assert_eq!(surroundings.hub.pairs().len(), 1);
    portal.stop().await;

    let sent = surroundings.hub.bindings.lock().unwrap().len();
    let portal = surroundings.start().await;
    assert_eq!(portal.login(&card(1), PIN).await.unwrap().binding, Binding::Bound);
    assert_eq!(surroundings.hub.bindings.lock().unwrap().len(), sent, "what is bound is not sent again");
}

#[tokio::test]
async fn after_a_lost_answer_the_same_pseudonym_is_sent_again() {
    let mut surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    assert_eq!(portal.login(&card(1), PIN).await.unwrap().binding, Binding::Waiting);
    surroundings.hub.refusals.lock().unwrap().push(Code::Unavailable);
    surroundings.open_hub();
    surroundings.arrivals.recv().await.unwrap();
    assert!(surroundings.hub.bindings.lock().unwrap().len() >= 2);
    assert_eq!(pseudonyms_sent(&surroundings).len(), 1);
}

#[tokio::test]
async fn one_binding_that_the_hub_refuses_holds_up_no_other() {
    let mut surroundings = Surroundings::new([1, 2, 3]);
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1), entry(2), entry(3)]).await.unwrap();
    for n in 1..=3 {
        portal.login(&card(n), PIN).await.unwrap();
    }
    surroundings.hub.refusals.lock().unwrap().push(Code::UnknownPmhId);
    surroundings.open_hub();
    for _ in 0..3 {
        surroundings.arrivals.recv().await.unwrap();
    }
    assert_eq!(surroundings.hub.pairs().len(), 3);
    assert_eq!(portal.count("bindings_refused"), 1);
}

#[tokio::test]
async fn the_hub_gets_no_portal_pseudonym_and_no_card_serial() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let session = portal.login(&card(1), PIN).await.unwrap().session;
    portal.read(&session).await.unwrap();
    let bindings = serde_json::to_string(&*surroundings.hub.bindings.lock().unwrap()).unwrap();
    let reads = serde_json::to_string(&*surroundings.hub.reads.lock().unwrap()).unwrap();
    let own = pseudonym(1).expose_text();
    for secret in [card(1).as_str(), own.strip_prefix("mp-").unwrap()] {
        assert!(!bindings.contains(secret) && !reads.contains(secret));
    }
    assert!(!reads.contains(&pmh_id(1).expose_text()));
}

fn pseudonyms_sent(surroundings: &Surroundings) -> BTreeSet<String> {
    let bindings = surroundings.hub.bindings.lock().unwrap();
    bindings.iter().map(|binding| binding.pmh_pseudonym.clone()).collect()
}
