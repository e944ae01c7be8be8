//! A citizen at the portal.

use pmh_domain::PmhPseudonym;
use pmh_wire::{Binding, BindingRequest, Code, Door, LoginRequest, OwnRecords, Party, paths};

use crate::support::answers::post_json;
use crate::support::people::person;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

async fn a_citizen_waits_until_the_record_is_there_and_then_reads_what_the_clinic_sees(place: &TestDatabase) {
    let world = World::whole(place).await;
    let login = world.login(&person(0)).await;
    assert_eq!(login.binding, Binding::Waiting);
    world.own_records(&login.session).await.assert_refused(Code::NotBoundYet, "nobody registered anything");
    assert_eq!(world.count(Party::Hub, "records_read"), 0);

    world.office(OSAKA).register(&[person(0).record()]).await;
    let session = world.bound_session(&person(0)).await;
    let answer = world.own_records(&session).await;
    let own: OwnRecords = answer.json();
    assert!(own.subsidies == world.until_seen(&person(0)).await && own.subsidies.len() == 1);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    for secret in [person(0).my_number, world.pmh_id_of(&person(0)).await, person(0).five.name] {
        assert!(!text.contains(&secret), "{text}");
    }
    assert!(world.office(OSAKA).search(&person(0)).await.unwrap().bound);

    world.office(TOKYO).register(&[person(0).record()]).await;
    assert_eq!(world.own_records(&session).await.json::<OwnRecords>().subsidies.len(), 2);
}

async fn many_logins_make_one_binding_and_a_second_pseudonym_is_refused(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.bound_session(&person(0)).await;
    for _ in 0..3 {
        assert_eq!(world.login(&person(0)).await.binding, Binding::Bound);
    }
    assert_eq!(world.count(Party::Hub, "bindings"), 1);
    let pmh_pseudonym = PmhPseudonym::from_bytes([8; 32]).expose_text();
    let request = BindingRequest { pmh_id: world.pmh_id_of(&person(0)).await, pmh_pseudonym };
    let body = serde_json::to_vec(&request).unwrap();
    post_json(&world.portal(), paths::BINDINGS, body)
        .await
        .assert_refused(Code::BoundOtherwise, "a second one");
}

async fn a_wrong_pin_a_foreign_session_and_none_read_nothing(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record(), person(1).record()]).await;
    let request = LoginRequest { card_serial: person(0).card, pin: person(1).pin };
    let answer = world.post_plain(Door::Citizen, paths::CITIZEN_LOGIN, &request).await;
    answer.assert_refused(Code::SignInFailed, "another's PIN");
    for session in ["", "guessed"] {
        world.own_records(session).await.assert_refused(Code::NotSignedIn, session);
    }
    let sessions = [world.bound_session(&person(0)).await, world.bound_session(&person(1)).await];
    for (at, session) in sessions.iter().enumerate() {
        let own: OwnRecords = world.own_records(session).await.json();
        let expected = person(at as u64).record().medical_subsidy_recipient_number;
        assert_eq!(own.subsidies[0].medical_subsidy_recipient_number, expected);
    }
}

for_each_store!(
    a_citizen_waits_until_the_record_is_there_and_then_reads_what_the_clinic_sees,
    many_logins_make_one_binding_and_a_second_pseudonym_is_refused,
    a_wrong_pin_a_foreign_session_and_none_read_nothing,
);
