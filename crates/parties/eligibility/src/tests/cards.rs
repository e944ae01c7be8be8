//! `POST /__admin/cards`, and what a card is good for afterwards.

use std::fs;

use pmh_domain::{CardState, parse_rfc3339};
use pmh_wire::{CardAnswer, CardCommand, CardStateBody, CardUseBody, Code, EnrolCard, Qualification};

use super::hub::subsidy;
use super::stand::{BOTH, NO_SUBSIDIES, Server, Stand, enrolled, linked, pmh_id, refusal};

fn renew(former: &str, new: &str) -> CardCommand {
    CardCommand::Renew {
        card_serial: former.to_owned(),
        new_card_serial: new.to_owned(),
        valid_to: Some("2031-08-20".to_owned()),
    }
}

fn show(card: &str) -> CardCommand {
    CardCommand::Show { card_serial: card.to_owned() }
}

/// Person `n`, whose card ends on that day.
fn ending(n: u8, valid_to: &str) -> EnrolCard {
    EnrolCard { valid_to: Some(valid_to.to_owned()), ..enrolled(n) }
}

fn set_day(server: &Server, day: &str) {
    server.clock.set(parse_rfc3339(&format!("{day}T12:00:00+09:00")).unwrap());
}

#[tokio::test]
async fn a_renewed_serial_stops_at_once_and_the_new_one_leads_to_the_same_pmh_id() {
    let stand = Stand::new(&[enrolled(1)]);
    stand.hub.answers(vec![subsidy()]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    set_day(&server, "2026-10-01");
    let answer = server.command(renew("C-1", "C-1b")).await.unwrap();
    let expected = CardAnswer {
        state: CardStateBody::Active,
        usable: CardUseBody::Full,
        valid_to: Some("2031-08-20".to_owned()),
        grace_to: Some("2031-11-30".to_owned()),
    };
    assert_eq!(answer, expected);
    assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::CardStopped));
    assert!(server.confirm("C-1b", BOTH).await.unwrap().subsidies == [subsidy()]);
    let asked = stand.hub.asked();
    assert!(asked.len() == 1 && asked[0].pmh_id == pmh_id(1));
    assert_eq!(server.command(show("C-1")).await.unwrap().state, CardStateBody::Renewed);
}

#[tokio::test]
async fn a_renewal_that_is_sent_again_changes_nothing_and_another_one_of_the_same_serial_is_refused() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let first = server.command(renew("C-1", "C-1b")).await.unwrap();
    assert_eq!(server.command(renew("C-1", "C-1b")).await.unwrap(), first);
    assert_eq!(server.count("cards_renewed"), 1);
    assert_eq!(refusal(server.command(renew("C-1", "C-1c")).await), Some(Code::CardReplaced));
    assert_eq!(refusal(server.command(renew("C-1b", "C-1")).await), Some(Code::CardReplaced));
    let activate = CardCommand::Activate { card_serial: "C-1".to_owned() };
    assert_eq!(refusal(server.command(activate).await), Some(Code::CardReplaced));
    assert!(server.confirm("C-1b", NO_SUBSIDIES).await.is_ok(), "a refused command changes nothing");
}

#[tokio::test]
async fn a_new_serial_that_somebody_else_has_or_that_is_none_is_refused() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    assert_eq!(refusal(server.command(renew("C-1", "C-2")).await), Some(Code::LinkedOtherwise));
    assert_eq!(refusal(server.command(renew("C-1", "C-1")).await), Some(Code::InvalidMember));
    assert_eq!(refusal(server.command(renew("C-1", "C 1")).await), Some(Code::InvalidMember));
    assert_eq!(refusal(server.command(renew("C-9", "C-9b")).await), Some(Code::UnknownCard));
    assert!(server.confirm("C-1", NO_SUBSIDIES).await.is_ok());
}

#[tokio::test]
async fn a_lost_card_is_refused_and_works_again_when_it_is_found_or_renewed() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    for card in ["C-1", "C-2"] {
        let lost = server.command(CardCommand::Lose { card_serial: card.to_owned() }).await.unwrap();
        assert_eq!((lost.state, lost.usable), (CardStateBody::Lost, CardUseBody::Stopped));
        assert_eq!(refusal(server.confirm(card, NO_SUBSIDIES).await), Some(Code::CardStopped));
    }
    server.command(CardCommand::Activate { card_serial: "C-1".to_owned() }).await.unwrap();
    assert!(server.confirm("C-1", NO_SUBSIDIES).await.is_ok());
    server.command(renew("C-2", "C-2b")).await.unwrap();
    assert!(server.confirm("C-2b", NO_SUBSIDIES).await.is_ok());
}

#[tokio::test]
async fn within_the_grace_the_insurance_is_told_and_no_key_is_minted_and_after_it_nothing() {
    let stand = Stand::new(&[ending(1, "2026-08-20")]);
    stand.hub.answers(vec![subsidy()]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    set_day(&server, "2026-08-20");
    assert_eq!(server.confirm("C-1", BOTH).await.unwrap().subsidies.len(), 1);
    let minted = server.count("minted");
    for day in ["2026-08-21", "2026-11-30"] {
        set_day(&server, day);
        let answer = server.confirm("C-1", BOTH).await.unwrap();
        assert_eq!(answer.insurance.qualification, Qualification::Valid, "{day}");
        assert!(answer.subsidies.is_empty(), "{day}");
        assert_eq!(server.command(show("C-1")).await.unwrap().usable, CardUseBody::QualificationOnly);
    }
    assert_eq!((server.count("minted"), server.count("confirmations_in_grace")), (minted, 2));
    set_day(&server, "2026-12-01");
    assert_eq!(refusal(server.confirm("C-1", NO_SUBSIDIES).await), Some(Code::CardExpired));
    assert_eq!(server.count("minted"), minted);
}

#[tokio::test]
async fn the_states_of_the_seed_hold_and_survive_a_restart() {
    let people = CardState::ALL.into_iter().zip(1..).map(|(state, n)| {
        let person = ending(n, "2099-01-01");
        EnrolCard { state: state.into(), ..person }
    });
    let stand = Stand::new(&people.collect::<Vec<_>>());
    let server = stand.start().await;
    server.stop().await;
    let server = stand.start().await;
    for (state, n) in CardState::ALL.into_iter().zip(1..) {
        let shown = server.command(show(&format!("C-{n}"))).await.unwrap();
        assert_eq!(CardState::from(shown.state), state);
        assert_eq!(shown.valid_to.as_deref(), Some("2099-01-01"));
    }
}

/// The end of a certificate is its holder's birthday: as personal as the serial.
#[tokio::test]
async fn the_day_on_which_a_card_ends_stands_nowhere_in_the_clear() {
    let stand = Stand::new(&[ending(1, "2099-01-01")]);
    let server = stand.start().await;
    server.enrol(vec![ending(1, "2098-02-02")]).await.unwrap();
    assert_eq!(server.command(show("C-1")).await.unwrap().valid_to.as_deref(), Some("2098-02-02"));
    for file in fs::read_dir(stand.folder.path().join("db")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for day in ["2099-01-01", "2098-02-02"] {
            assert!(!bytes.windows(day.len()).any(|window| window == day.as_bytes()));
        }
    }
}
