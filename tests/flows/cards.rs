//! A card's life over both parties that know it.

use pmh_wire::{
    Binding, CardCommand, CardUseBody, Code, Door, OwnRecords, Party, Qualification, VisitAnswer, paths,
};

use crate::support::people::{Person, person};
use crate::support::reception::BOTH;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// The person with another card.
fn holding(person: &Person, card: &str) -> Person {
    let mut holding = person.clone();
    card.clone_into(&mut holding.card);
    holding
}

async fn a_renewal_keeps_pmh_id_and_pseudonyms_and_the_former_serial_is_out_everywhere(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let session = world.bound_session(&person(0)).await;
    let before = world.until_seen(&person(0)).await;
    let pmh_id = world.pmh_id_of(&person(0)).await;

    let renewed = holding(&person(0), "CARD-0000-NEW");
    let command = CardCommand::Renew {
        card_serial: person(0).card,
        new_card_serial: renewed.card.clone(),
        valid_to: Some("2031-06-01".to_owned()),
    };
    for answer in world.card(&command).await {
        assert_eq!((answer.usable, answer.grace_to.as_deref()), (CardUseBody::Full, Some("2031-09-30")));
    }
    world.visit(&person(0).card, BOTH).await.assert_refused(Code::CardStopped, "the former serial");
    world.own_records(&session).await.assert_refused(Code::NotSignedIn, "what was open with it");
    assert!(world.seen_at_clinic(&renewed).await == before);
    let login = world.login(&renewed).await;
    assert_eq!(login.binding, Binding::Bound);
    assert!(world.own_records(&login.session).await.json::<OwnRecords>().subsidies == before);
    assert_eq!(world.count(Party::Hub, "bindings"), 1, "the same pseudonym");
    assert_eq!(world.pmh_id_of(&person(0)).await, pmh_id);
}

async fn a_lost_card_opens_neither_clinic_nor_portal_until_it_is_found(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.until_seen(&person(0)).await;
    let card_serial = || person(0).card;
    world.card(&CardCommand::Lose { card_serial: card_serial() }).await;
    world.visit(&person(0).card, BOTH).await.assert_refused(Code::CardStopped, "a lost card");
    world.refused_login(&person(0), Code::CardNotForLogin).await;
    world.card(&CardCommand::Activate { card_serial: card_serial() }).await;
    assert_eq!(world.seen_at_clinic(&person(0)).await.len(), 1);
    world.login(&person(0)).await;
}

async fn in_its_grace_a_card_confirms_the_insurance_and_opens_nothing_else(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.until_seen(&person(0)).await;
    // The world begins on 2026-10-01.
    let renew = CardCommand::Renew {
        card_serial: person(0).card,
        new_card_serial: "CARD-GRACE".to_owned(),
        valid_to: Some("2026-09-30".to_owned()),
    };
    for answer in world.card(&renew).await {
        assert_eq!(answer.usable, CardUseBody::QualificationOnly);
    }
    let (minted, asked) = (world.count(Party::Eligibility, "minted"), world.count(Party::Hub, "queries"));
    let seen: VisitAnswer = world.visit("CARD-GRACE", BOTH).await.json();
    assert_eq!(seen.insurance.qualification, Qualification::Valid);
    assert!(seen.subsidies.is_empty());
    assert_eq!(
        (world.count(Party::Eligibility, "minted"), world.count(Party::Hub, "queries")),
        (minted, asked)
    );
    world.refused_login(&holding(&person(0), "CARD-GRACE"), Code::CardNotForLogin).await;
}

impl World {
    async fn refused_login(&self, person: &Person, code: Code) {
        let request = pmh_wire::LoginRequest { card_serial: person.card.clone(), pin: person.pin.clone() };
        let answer = self.post_plain(Door::Citizen, paths::CITIZEN_LOGIN, &request).await;
        answer.assert_refused(code, "at the portal");
    }
}

for_each_store!(
    a_renewal_keeps_pmh_id_and_pseudonyms_and_the_former_serial_is_out_everywhere,
    a_lost_card_opens_neither_clinic_nor_portal_until_it_is_found,
    in_its_grace_a_card_confirms_the_insurance_and_opens_nothing_else,
);
