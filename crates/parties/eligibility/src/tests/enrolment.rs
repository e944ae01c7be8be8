//! Enrolment by seed and by `POST /__admin/people`, and how it is kept.

use std::fs;

use pmh_domain::PortalPseudonym;
use pmh_wire::{Code, Qualification};

use super::hub::subsidy;
use super::stand::{BOTH, NO_SUBSIDIES, Stand, enrolled, linked, pmh_id, refusal};

#[tokio::test]
async fn a_renewed_card_leads_to_the_same_pmh_id_and_the_old_one_nowhere() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    let mut renewed = enrolled(1);
    renewed.card_serial = "C-1-renewed".to_owned();
    renewed.insurance = Qualification::Invalid;
    server.enrol(vec![renewed]).await.unwrap();
    assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::CardStopped));
    let answer = server.confirm("C-1-renewed", BOTH).await.unwrap();
    assert_eq!(answer.insurance.qualification, Qualification::Invalid);
    let asked = stand.hub.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].pmh_id == pmh_id(1));
}

#[tokio::test]
async fn of_two_cards_in_one_enrolment_the_last_one_works() {
    let mut renewed = enrolled(1);
    renewed.card_serial = "C-1-renewed".to_owned();
    let stand = Stand::new(&[enrolled(1), renewed]);
    let server = stand.start().await;
    assert_eq!(refusal(server.confirm("C-1", NO_SUBSIDIES).await), Some(Code::CardStopped));
    assert!(server.confirm("C-1-renewed", NO_SUBSIDIES).await.is_ok());
}

#[tokio::test]
async fn who_signs_up_again_is_introduced_again_also_under_a_new_portal_pseudonym() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    stand.portal.wait_until(|log| log.accepted.len() == 1).await;
    server.enrol(vec![enrolled(1)]).await.unwrap();
    stand.portal.wait_until(|log| log.accepted.len() == 2).await;
    let mut renamed = enrolled(1);
    renamed.portal_pseudonym = PortalPseudonym::from_bytes([99; 32]).expose_text();
    server.enrol(vec![renamed.clone()]).await.unwrap();
    stand
        .portal
        .wait_until(|log| log.accepted.iter().any(|entry| entry.portal_pseudonym == renamed.portal_pseudonym))
        .await;
    assert!(stand.portal.times_told(&enrolled(1).portal_pseudonym) == 2);
}

#[tokio::test]
async fn nobody_is_enrolled_with_somebody_else_s_card() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut thief = enrolled(2);
    thief.card_serial = "C-1".to_owned();
    assert_eq!(refusal(server.enrol(vec![enrolled(3), thief]).await), Some(Code::LinkedOtherwise));
    assert_eq!(refusal(server.confirm("C-3", NO_SUBSIDIES).await), Some(Code::UnknownCard));
    assert!(server.confirm("C-1", NO_SUBSIDIES).await.is_ok());

    let mut twin = enrolled(5);
    twin.card_serial = "C-4".to_owned();
    assert_eq!(refusal(server.enrol(vec![enrolled(4), twin]).await), Some(Code::LinkedOtherwise));
}

#[tokio::test]
async fn not_asked_is_no_state_of_a_person() {
    let stand = Stand::new(&[]);
    let server = stand.start().await;
    let mut person = enrolled(1);
    person.insurance = Qualification::NotAsked;
    assert_eq!(refusal(server.enrol(vec![person]).await), Some(Code::InvalidMember));
}

#[tokio::test]
async fn the_database_files_hold_no_identifier_no_linkage_key_and_no_subsidy() {
    let mut person = enrolled(1);
    person.linking_number = "LINKING-0000000001".to_owned();
    person.card_serial = "SERIAL-00000000001".to_owned();
    let mut linking = linked(1);
    linking.linking_number.clone_from(&person.linking_number);
    let stand = Stand::new(&[person.clone()]);
    stand.hub.answers(vec![subsidy()]);
    let server = stand.start().await;
    server.link(vec![linking]).await.unwrap();
    server.confirm(&person.card_serial, BOTH).await.unwrap();
    stand.portal.wait_until(|log| log.accepted.len() == 1).await;
    let key = stand.hub.asked().remove(0).key;
    let pmh_id_text = pmh_id(1).expose_text();
    let secrets: [&[u8]; 8] = [
        &[1; 16],
        pmh_id_text.as_bytes(),
        person.portal_pseudonym.as_bytes(),
        person.linking_number.as_bytes(),
        person.card_serial.as_bytes(),
        key.as_bytes(),
        "こども医療証".as_bytes(),
        b"87654321",
    ];
    let mut read = 0;
    for file in fs::read_dir(stand.folder.path().join("db")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        read += bytes.len();
        for (index, secret) in secrets.iter().enumerate() {
            assert!(!bytes.windows(secret.len()).any(|window| window == *secret), "secret {index}");
        }
    }
    assert!(read > 0);
}
