//! Enrolment by seed and by `POST /__admin/people`, and how it is kept.

use std::fs;
use std::path::Path;

use pmh_service::StartError;
use pmh_wire::{Code, Party};

use super::stand::{Stand, asked, enrolled, refusal};
use crate::start;

#[tokio::test]
async fn a_movement_changes_the_five_items_and_keeps_the_pmh_id() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let pmh_id = server.pmh_id(asked(1)).await;
    let mut moved = enrolled(1);
    moved.basic_five_info.address = "神奈川県川崎市川崎区宮本町一番地".to_owned();
    let mut asked_moved = asked(1);
    asked_moved.basic_five_info = moved.basic_five_info.clone();
    assert_eq!(server.enrol(vec![moved]).await.unwrap().received, 1);
    assert_eq!(server.pmh_id(asked_moved).await, pmh_id);
    assert_eq!(server.number(vec![asked(1)]).await.unwrap().not_numbered.len(), 1);
}

#[tokio::test]
async fn enrolment_is_all_or_nothing_and_no_linking_number_has_two_persons() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut thief = enrolled(3);
    thief.linking_number = "L-1".to_owned();
    assert_eq!(refusal(server.enrol(vec![enrolled(2), thief]).await), Some(Code::LinkedOtherwise));
    let answer = server.number(vec![asked(2), asked(3)]).await.unwrap();
    assert_eq!(answer.not_numbered.len(), 2, "nobody of a refused enrolment is known");
}

#[tokio::test]
async fn a_linking_number_changes_only_until_its_person_is_numbered() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut corrected = enrolled(1);
    corrected.linking_number = "L-1b".to_owned();
    server.enrol(vec![corrected.clone()]).await.unwrap();
    server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.accepted.len() == 1).await;
    assert!(stand.oqs.linking_numbers().contains("L-1b"));

    server.enrol(vec![corrected]).await.unwrap();
    assert_eq!(refusal(server.enrol(vec![enrolled(1)]).await), Some(Code::LinkedOtherwise));
}

#[tokio::test]
async fn linking_numbers_of_auto_enrolment_are_nobody_else_s() {
    let stand = Stand::new(&[]);
    let server = stand.start().await;
    let mut person = enrolled(1);
    person.linking_number = "AUTO-0000000001".to_owned();
    assert_eq!(refusal(server.enrol(vec![person]).await), Some(Code::InvalidMember));
}

#[tokio::test]
async fn the_database_files_hold_nothing_that_was_enrolled() {
    let mut person = enrolled(1);
    person.linking_number = "LINKING-0000000001".to_owned();
    let stand = Stand::new(&[person.clone(), enrolled(2)]);
    let server = stand.start().await;
    let pmh_id = server.pmh_id(asked(1)).await;
    stand.oqs.wait_until(|log| log.accepted.len() == 1).await;
    let five = person.basic_five_info;
    let raw_pmh_id = *pmh_domain::PmhId::parse(&pmh_id).unwrap().expose_bytes();
    let secrets: [&[u8]; 7] = [
        person.my_number.as_bytes(),
        five.name.as_bytes(),
        five.name_kana.as_bytes(),
        five.address.as_bytes(),
        person.linking_number.as_bytes(),
        pmh_id.as_bytes(),
        &raw_pmh_id,
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

#[tokio::test]
async fn another_master_key_does_not_open_the_party() {
    let stand = Stand::new(&[enrolled(1)]);
    stand.start().await.stop().await;
    let key = stand.folder.path().join("keys/intermediate.key");
    fs::rename(&key, Path::new(&key).with_extension("away")).unwrap();
    let (env, mut listeners) = stand.env();
    let error = start(env, &mut listeners).await.unwrap_err();
    assert!(matches!(error, StartError::WrongMasterKey(Party::Intermediate)));
}
