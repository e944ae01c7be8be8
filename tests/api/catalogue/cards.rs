//! C, T and the portal's cards: what is wrong with a card or an institution.

use pmh_wire::{
    CardCommand, Code, ConfirmationRequest, Door, Enrol, EnrolCard, LoginRequest, Party, VisitRequest, paths,
};

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::answers::post_json;
use crate::support::people::person;
use crate::support::reception::BOTH;
use crate::support::world::{HOSPITAL, PHARMACY, World};

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let world = World::whole(place).await;
    drawn.refused(Code::UnknownCard, &world.visit("CARD-NOBODY", BOTH).await);
    let card_serial = person(0).card;
    world.card(&CardCommand::Stop { card_serial: card_serial.clone() }).await;
    drawn.refused(Code::CardStopped, &world.visit(&card_serial, BOTH).await);
    let login = LoginRequest { card_serial: card_serial.clone(), pin: person(0).pin };
    let refused = world.post_plain(Door::Citizen, paths::CITIZEN_LOGIN, &login).await;
    drawn.refused(Code::CardNotForLogin, &refused);

    let new_card_serial = "CARD-NEW".to_owned();
    world.card(&CardCommand::Renew { card_serial: person(1).card, new_card_serial, valid_to: None }).await;
    let activate = CardCommand::Activate { card_serial: person(1).card };
    let refused = world.post_plain(Door::EligibilityAdmin, paths::ADMIN_CARDS, &activate).await;
    drawn.refused(Code::CardReplaced, &refused);

    let ended = EnrolCard { valid_to: Some("2026-01-31".to_owned()), ..person(2).at_eligibility() };
    let enrolled =
        world.post_plain(Door::EligibilityAdmin, paths::ADMIN_PEOPLE, &Enrol { people: vec![ended] }).await;
    assert!(enrolled.status.is_success(), "{enrolled:?}");
    let confirm = async |institution: &str, card_serial: String| {
        let hospital = world.client(Party::Institution, HOSPITAL, Door::Confirmation);
        let request =
            ConfirmationRequest { institution_code: institution.to_owned(), card_serial, consents: BOTH };
        post_json(&hospital, paths::CONFIRMATIONS, serde_json::to_vec(&request).unwrap()).await
    };
    drawn.refused(Code::CardExpired, &confirm(HOSPITAL, person(2).card).await);
    drawn.refused(Code::InstitutionMismatch, &confirm(PHARMACY, person(3).card).await);

    let elsewhere = VisitRequest {
        institution_code: "0000000000".to_owned(),
        card_serial: person(3).card,
        consents: BOTH,
    };
    let refused = world.post_plain(Door::Terminal, paths::VISITS, &elsewhere).await;
    drawn.refused(Code::InstitutionNotHere, &refused);
}
