//! `POST /linking/v1/entries`, and what the portal learns of it.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use pmh_wire::{Code, JoinedPmhIds, LinkingEntries, LinkingEntry, Received, paths};
use serde_json::json;

use super::stand::{BOTH, Stand, enrolled, linked, pmh_id, refusal};

#[tokio::test]
async fn the_portal_is_told_pseudonym_and_pmh_id_once_however_often_the_linking_comes() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    assert_eq!(server.link(vec![linked(1)]).await.unwrap().received, 1);
    stand.portal.wait_until(|log| log.accepted.len() == 1).await;
    assert_eq!(server.link(vec![linked(1), linked(1)]).await.unwrap().received, 2);
    server.link(vec![linked(2)]).await.unwrap();
    let second = enrolled(2).portal_pseudonym;
    stand.portal.wait_until(|log| log.accepted.iter().any(|entry| entry.portal_pseudonym == second)).await;
    let told = stand.portal.accepted();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].portal_pseudonym, enrolled(1).portal_pseudonym);
    assert_eq!(told[0].pmh_id, pmh_id(1).expose_text());
}

#[tokio::test]
async fn introductions_wait_while_the_portal_is_away_also_over_a_restart() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    stand.portal.is_away(true);
    let server = stand.start().await;
    server.link(vec![linked(1), linked(2)]).await.unwrap();
    stand.portal.wait_until(|log| log.refused >= 2).await;
    assert_eq!(stand.portal.accepted().len(), 0);
    server.stop().await;
    let server = stand.start().await;
    stand.portal.is_away(false);
    stand.portal.wait_until(|log| log.accepted.len() == 2).await;
    server.stop().await;
}

#[tokio::test]
async fn a_linking_without_a_holder_waits_for_the_enrolment() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(2)]).await.unwrap();
    server.stop().await;

    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    stand.portal.wait_until(|log| log.accepted.len() == 1).await;
    server.enrol(vec![enrolled(2)]).await.unwrap();
    stand.portal.wait_until(|log| log.accepted.len() == 2).await;
    assert_eq!(stand.portal.times_told(&enrolled(2).portal_pseudonym), 1);
    server.confirm("C-2", BOTH).await.unwrap();
    assert!(stand.hub.asked()[0].pmh_id == pmh_id(2));
}

#[tokio::test]
async fn a_linking_number_never_gets_another_pmh_id() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    let other = LinkingEntry { pmh_id: pmh_id(9).expose_text(), linking_number: "L-1".to_owned() };
    assert_eq!(refusal(server.link(vec![linked(2), other]).await), Some(Code::LinkedOtherwise));
    server.confirm("C-1", BOTH).await.unwrap();
    server.confirm("C-2", BOTH).await.unwrap();
    let asked = stand.hub.asked();
    assert_eq!(asked.len(), 1, "nothing of a refused message is stored");
    assert!(asked[0].pmh_id == pmh_id(1));
}

#[tokio::test]
async fn a_linking_number_goes_over_to_the_pmh_id_that_its_own_was_joined_into() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    stand.portal.wait_until(|log| log.accepted.len() == 1).await;
    let entry = LinkingEntry { pmh_id: pmh_id(9).expose_text(), linking_number: "L-1".to_owned() };
    let joined = |retired: u8, surviving: u8| LinkingEntries {
        entries: vec![entry.clone()],
        joined: vec![JoinedPmhIds {
            retired_pmh_id: pmh_id(retired).expose_text(),
            surviving_pmh_id: pmh_id(surviving).expose_text(),
        }],
    };
    for (retired, surviving) in [(2, 9), (1, 8), (9, 1)] {
        let outcome: Result<Received, _> =
            server.intermediate.post(paths::LINKING, &joined(retired, surviving)).await;
        assert_eq!(refusal(outcome), Some(Code::LinkedOtherwise), "{retired} into {surviving}");
    }
    for _ in 0..2 {
        let _: Received = server.intermediate.post(paths::LINKING, &joined(1, 9)).await.unwrap();
    }
    server.confirm("C-1", BOTH).await.unwrap();
    assert!(stand.hub.asked()[0].pmh_id == pmh_id(9));
    stand.portal.wait_until(|log| log.accepted.len() == 2).await;
    assert_eq!(stand.portal.accepted()[1].pmh_id, pmh_id(9).expose_text());
}

#[tokio::test]
async fn a_message_of_too_many_or_of_other_members_is_refused() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let entries = vec![linked(1); 257];
    assert_eq!(refusal(server.link(entries).await), Some(Code::TooManyPeople));
    let wrong = LinkingEntry { pmh_id: "pmh-0".to_owned(), linking_number: "L-1".to_owned() };
    assert_eq!(refusal(server.link(vec![wrong]).await), Some(Code::InvalidMember));

    let mut request =
        serde_json::to_value(LinkingEntries { entries: vec![linked(1)], joined: Vec::new() }).unwrap();
    request["entries"][0]["myNumber"] = json!("000000000012");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let body = Body::from(request.to_string());
    let (status, _, body) =
        server.intermediate.send(Method::POST, paths::LINKING, headers, body).await.unwrap();
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!String::from_utf8(body.to_vec()).unwrap().contains("000000000012"));
    assert_eq!(server.count("linkings"), 0);
}

#[tokio::test]
async fn only_the_intermediate_server_may_link() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let request = LinkingEntries { entries: vec![linked(1)], joined: Vec::new() };
    let outcome: Result<Received, _> = server.institution_at_linking.post(paths::LINKING, &request).await;
    assert_eq!(refusal(outcome), Some(Code::WrongPeer));
}

#[tokio::test]
async fn where_anyone_is_accepted_the_linking_number_is_a_card() {
    let mut stand = Stand::new(&[enrolled(1)]);
    stand.auto_enrol = true;
    let server = stand.start().await;
    let stranger =
        LinkingEntry { pmh_id: pmh_id(7).expose_text(), linking_number: "AUTO-0000000001".to_owned() };
    server.link(vec![stranger.clone(), linked(1)]).await.unwrap();
    server.link(vec![stranger]).await.unwrap();
    server.confirm("AUTO-0000000001", BOTH).await.unwrap();
    assert!(stand.hub.asked()[0].pmh_id == pmh_id(7));
    assert_eq!(refusal(server.confirm("L-1", BOTH).await), Some(Code::UnknownCard));
    stand.portal.wait_until(|log| log.accepted.len() == 2).await;
}

#[tokio::test]
async fn a_stranger_whose_linking_number_is_somebody_s_card_waits() {
    let mut person = enrolled(1);
    person.card_serial = "L-2".to_owned();
    let mut stand = Stand::new(&[person]);
    stand.auto_enrol = true;
    let server = stand.start().await;
    server.link(vec![linked(1), linked(2)]).await.unwrap();
    server.confirm("L-2", BOTH).await.unwrap();
    assert!(stand.hub.asked()[0].pmh_id == pmh_id(1));
    server.enrol(vec![enrolled(2)]).await.unwrap();
    server.confirm("C-2", BOTH).await.unwrap();
    assert!(stand.hub.asked()[1].pmh_id == pmh_id(2));
}
