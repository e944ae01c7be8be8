//! Cards that are renewed, stopped, lost, out of date; and a person whom the hub has erased.

use pmh_domain::parse_rfc3339;
use pmh_wire::{Binding, CardCommand, CardStateBody, CardUseBody, Code, EnrolAccount};

use super::support::{PIN, Surroundings, account, card, entry};

const NEW: &str = "CARD-1-NEW";

fn renew(former: &str, new: &str) -> CardCommand {
    CardCommand::Renew { card_serial: former.to_owned(), new_card_serial: new.to_owned(), valid_to: None }
}

#[tokio::test]
async fn a_renewal_moves_the_account_to_the_new_serial_and_ends_what_was_open() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let session = portal.login(&card(1), PIN).await.unwrap().session;
    portal.read(&session).await.unwrap();
    let answer = portal.command(renew(&card(1), NEW)).await.unwrap();
    assert_eq!((answer.state, answer.usable), (CardStateBody::Active, CardUseBody::Full));
    assert_eq!(portal.read(&session).await.unwrap_err(), Code::NotSignedIn.problem());
    assert_eq!(portal.login(&card(1), PIN).await.unwrap_err(), Code::SignInFailed.problem());
    let login = portal.login(NEW, PIN).await.unwrap();
    assert_eq!(login.binding, Binding::Bound);
    portal.read(&login.session).await.unwrap();
    assert_eq!(surroundings.hub.pairs().len(), 1, "one pseudonym for both cards");
    let show = CardCommand::Show { card_serial: card(1) };
    assert_eq!(portal.command(show).await.unwrap().state, CardStateBody::Renewed);
}

#[tokio::test]
async fn a_renewal_that_is_sent_again_changes_nothing_and_a_serial_in_use_is_refused() {
    let surroundings = Surroundings::new([1, 2]);
    let portal = surroundings.start().await;
    portal.command(renew(&card(1), NEW)).await.unwrap();
    portal.command(renew(&card(1), NEW)).await.unwrap();
    assert_eq!(portal.count("cards_renewed"), 1);
    let code = |refused: pmh_wire::Problem| refused.known_code();
    assert_eq!(code(portal.command(renew(&card(1), "OTHER")).await.unwrap_err()), Some(Code::CardReplaced));
    assert_eq!(code(portal.command(renew(&card(2), NEW)).await.unwrap_err()), Some(Code::LinkedOtherwise));
    assert_eq!(code(portal.command(renew("CARD-404", "X")).await.unwrap_err()), Some(Code::UnknownCard));
    let activate = CardCommand::Activate { card_serial: card(1) };
    assert_eq!(code(portal.command(activate).await.unwrap_err()), Some(Code::CardReplaced));
    assert!(portal.login(NEW, PIN).await.is_ok() && portal.login(&card(2), PIN).await.is_ok());
}

#[tokio::test]
async fn a_stopped_and_a_lost_card_open_nothing_until_they_work_again() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let card_serial = || card(1);
    for command in
        [CardCommand::Stop { card_serial: card_serial() }, CardCommand::Lose { card_serial: card_serial() }]
    {
        let session = portal.login(&card(1), PIN).await.unwrap().session;
        portal.command(command).await.unwrap();
        assert_eq!(portal.read(&session).await.unwrap_err(), Code::NotSignedIn.problem());
        assert_eq!(portal.login(&card(1), PIN).await.unwrap_err(), Code::CardNotForLogin.problem());
        portal.command(CardCommand::Activate { card_serial: card_serial() }).await.unwrap();
    }
    assert!(portal.login(&card(1), PIN).await.is_ok());
}

#[tokio::test]
async fn how_a_card_stands_is_told_to_nobody_without_its_pin() {
    let surroundings = Surroundings::new([1]);
    let portal = surroundings.start().await;
    portal.command(CardCommand::Lose { card_serial: card(1) }).await.unwrap();
    assert_eq!(portal.login(&card(1), "0000").await.unwrap_err(), Code::SignInFailed.problem());
}

#[tokio::test]
async fn an_expired_card_opens_nothing_also_within_its_grace() {
    let surroundings = Surroundings::new([]);
    let portal = surroundings.start().await;
    let ending = EnrolAccount { valid_to: Some("2026-08-20".to_owned()), ..account(1) };
    portal.enrol(vec![ending.clone()]).await.unwrap();
    let set = |day: &str| surroundings.clock.set(parse_rfc3339(&format!("{day}T12:00:00+09:00")).unwrap());
    set("2026-08-20");
    assert!(portal.login(&card(1), PIN).await.is_ok());
    for day in ["2026-08-21", "2026-12-01"] {
        set(day);
        assert_eq!(portal.login(&card(1), PIN).await.unwrap_err(), Code::CardNotForLogin.problem(), "{day}");
    }
    portal.command(renew(&card(1), NEW)).await.unwrap();
    assert!(portal.login(NEW, PIN).await.is_ok());
    let renewed = EnrolAccount { card_serial: NEW.to_owned(), ..ending };
    portal.enrol(vec![renewed]).await.unwrap();
    assert!(portal.login(NEW, PIN).await.is_err(), "an enrolment brings the end of the card with it");
}

#[tokio::test]
async fn a_pseudonym_that_the_hub_has_erased_is_forgotten_and_a_new_sign_up_binds_anew() {
    let mut surroundings = Surroundings::new([1]);
    surroundings.open_hub();
    let portal = surroundings.start().await;
    portal.introduce(vec![entry(1)]).await.unwrap();
    let session = portal.login(&card(1), PIN).await.unwrap().session;
    portal.read(&session).await.unwrap();
    let before = surroundings.hub.pairs();
    surroundings.hub.erase();
    for _ in 0..2 {
        assert_eq!(portal.read(&session).await.unwrap_err(), Code::NotBoundYet.problem());
    }
    assert_eq!(portal.count("pseudonyms_forgotten"), 1);
    assert_eq!(portal.login(&card(1), PIN).await.unwrap().binding, Binding::Waiting);

    portal.introduce(vec![entry(1)]).await.unwrap();
    let login = portal.login(&card(1), PIN).await.unwrap();
    assert_eq!(login.binding, Binding::Bound);
    portal.read(&login.session).await.unwrap();
    let after = surroundings.hub.pairs();
    assert!(after.len() == 1 && after != before, "another pseudonym than before");
}
