//! Who gets a session, and for how long.

use http::Method;
use pmh_wire::{Binding, Code, OwnRecords, StatusAnswer, paths};

use super::support::{PIN, Surroundings, account, call, card, entry, pseudonym};
use crate::citizen::login::SESSION_LIFE_MS;

#[tokio::test]
async fn a_wrong_pin_and_an_unknown_card_get_the_same_answer() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    let wrong_pin = portal.login(&card(1), "0000").await.unwrap_err();
    assert_eq!(wrong_pin, Code::SignInFailed.problem());
    assert_eq!(portal.login("CARD-404", PIN).await.unwrap_err(), wrong_pin);
    assert_eq!(portal.login("no serial at all!", PIN).await.unwrap_err(), wrong_pin);
    assert!(portal.login(&card(1), PIN).await.is_ok());
}

#[tokio::test]
async fn three_wrong_pins_lock_the_account_until_it_is_enrolled_again() {
    let surroundings = Surroundings::new([1, 2]);
    let portal = surroundings.start().await;
    for _ in 0..3 {
        portal.login(&card(1), "0000").await.unwrap_err();
    }
    assert_eq!(portal.login(&card(1), PIN).await.unwrap_err(), Code::SignInFailed.problem());
    assert!(portal.login(&card(2), PIN).await.is_ok(), "the lock is of one account");
    portal.stop().await;

    let portal = surroundings.start().await;
    assert!(portal.login(&card(1), PIN).await.is_err(), "a restart opens no lock");
    portal.enrol(vec![account(1)]).await.unwrap();
    assert!(portal.login(&card(1), PIN).await.is_ok());
}

#[tokio::test]
async fn wrong_pins_at_once_are_counted_each() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    let card = card(1);
    let (one, other, third) =
        tokio::join!(portal.login(&card, "0000"), portal.login(&card, "0001"), portal.login(&card, "0002"));
    assert!(one.is_err() && other.is_err() && third.is_err());
    assert!(portal.login(&card, PIN).await.is_err());
}

#[tokio::test]
async fn a_right_pin_gives_the_tries_back() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    for _ in 0..2 {
        portal.login(&card(1), "0000").await.unwrap_err();
        portal.login(&card(1), "0000").await.unwrap_err();
        assert!(portal.login(&card(1), PIN).await.is_ok());
    }
}

#[tokio::test]
async fn a_session_ends_after_thirty_virtual_minutes() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let session = portal.login(&card(1), PIN).await.unwrap().session;
    surroundings.clock.advance(SESSION_LIFE_MS - 1);
    assert!(portal.read(&session).await.is_ok());
    surroundings.clock.advance(1);
    assert_eq!(portal.read(&session).await.unwrap_err(), Code::NotSignedIn.problem());
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_session_more_time() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let session = portal.login(&card(1), PIN).await.unwrap().session;
    surroundings.clock.advance(-1);
    assert_eq!(portal.read(&session).await.unwrap_err(), Code::NotSignedIn.problem());
}

#[tokio::test]
async fn without_a_session_nothing_is_read() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let session = portal.login(&card(1), PIN).await.unwrap().session;
    let mut altered = session.clone();
    let last = if altered.pop() == Some('0') { '1' } else { '0' };
    altered.push(last);
    for wrong in [Some(altered.as_str()), Some(""), None] {
        let read =
            call::<_, OwnRecords>(portal.citizen, Method::GET, paths::CITIZEN_SUBSIDIES, wrong, &()).await;
        assert_eq!(read.unwrap_err(), Code::NotSignedIn.problem());
    }
    assert!(surroundings.hub.reads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_renewed_card_reads_by_the_same_pseudonym_and_the_old_one_is_out() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let old = portal.login(&card(1), PIN).await.unwrap().session;
    portal.read(&old).await.unwrap();

    let mut renewed = account(1);
    renewed.card_serial = "CARD-1-RENEWED".to_owned();
    portal.enrol(vec![renewed]).await.unwrap();
    assert!(portal.login(&card(1), PIN).await.is_err());
    assert_eq!(portal.read(&old).await.unwrap_err(), Code::NotSignedIn.problem());
    let new = portal.login("CARD-1-RENEWED", PIN).await.unwrap();
    assert_eq!(new.binding, Binding::Bound);
    portal.read(&new.session).await.unwrap();
    let reads = surroundings.hub.reads.lock().unwrap();
    assert_eq!(reads.len(), 2);
    assert!(reads[0] == reads[1], "one pseudonym for both cards");
}

#[tokio::test]
async fn a_card_belongs_to_one_account() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    let mut thief = account(2);
    thief.card_serial = card(1);
    let refused = portal.enrol(vec![account(3), thief]).await.unwrap_err();
    assert_eq!(refused, Code::LinkedOtherwise.problem().at_field("cardSerial"));
    assert!(portal.login(&card(3), PIN).await.is_err(), "all or none are enrolled");
}

#[tokio::test]
async fn an_account_with_a_malformed_member_is_refused_by_its_name() {
    let surroundings = Surroundings::new([]);
    let portal = surroundings.start().await;
    let mut malformed = account(1);
    malformed.portal_pseudonym = pseudonym(1).expose_text().replace("mp-", "pp-");
    let refused = portal.enrol(vec![malformed]).await.unwrap_err();
    assert_eq!(refused, Code::InvalidMember.problem().at_field("portalPseudonym"));
}

#[tokio::test]
async fn the_admin_door_counts_logins() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    portal.login(&card(1), PIN).await.unwrap();
    portal.login(&card(1), "0000").await.unwrap_err();
    let status: StatusAnswer = call(portal.admin, Method::GET, paths::ADMIN_STATUS, None, &()).await.unwrap();
    assert!(status.ready);
    assert_eq!((status.counters["logins"], status.counters["logins_refused"]), (1, 1));
}
