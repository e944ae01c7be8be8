//! `POST /confirmation/v1/confirmations`.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use futures_util::future::join_all;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use pmh_wire::{
    CardCommand, Code, ConfirmationAnswer, ConfirmationRequest, ConsentsBody, EnrolCard, Qualification, paths,
};
use serde_json::{Value, json};

use super::hub::{Ending, subsidy};
use super::stand::{BOTH, NO_SUBSIDIES, Server, Stand, enrolled, linked, pmh_id, refusal, visit};

async fn send(server: &Server, body: String) -> (StatusCode, HeaderMap, String) {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let (status, headers, body) =
        server.institution.send(Method::POST, paths::CONFIRMATIONS, headers, Body::from(body)).await.unwrap();
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_hub_s_answer_reaches_the_institution_as_it_came() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    stand.hub.answers(vec![subsidy()]);
    let server = stand.start().await;
    server.link(vec![linked(1), linked(2)]).await.unwrap();
    let (status, _, body) = send(&server, serde_json::to_string(&visit("C-2", BOTH)).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let answer: ConfirmationAnswer = serde_json::from_str(&body).unwrap();
    assert!(answer.subsidies == [subsidy()]);
    assert_eq!(answer.insurance.qualification, Qualification::Valid);
    assert!(body.contains(r#"{"b": 1.50, "a": 2}"#) && body.contains(r#"[ {"z": 1e2} ]"#));
    let asked = stand.hub.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].pmh_id == pmh_id(2));
    assert_eq!((server.count("minted"), server.count("relayed")), (1, 1));
}

#[tokio::test]
async fn without_consent_to_the_subsidies_no_key_is_minted_and_the_hub_is_not_asked() {
    let stand = Stand::new(&[enrolled(1)]);
    stand.hub.answers(vec![subsidy()]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    for consents in [NO_SUBSIDIES, ConsentsBody { insurance: false, subsidies: false }] {
        assert!(server.confirm("C-1", consents).await.unwrap().subsidies.is_empty());
    }
    assert_eq!((stand.hub.epochs(), stand.hub.asked().len()), (0, 0));
    assert_eq!((server.count("minted"), server.count("hub_queries")), (0, 0));
    assert_eq!(server.count("confirmations"), 2);
}

#[tokio::test]
async fn no_consent_and_never_registered_look_like_the_hub_s_empty_answer() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    let mut outcomes = Vec::new();
    for request in [visit("C-1", BOTH), visit("C-1", NO_SUBSIDIES), visit("C-2", BOTH)] {
        let (status, headers, body) = send(&server, serde_json::to_string(&request).unwrap()).await;
        let headers: BTreeMap<String, String> = headers
            .iter()
            .filter(|(name, _)| *name != DATE)
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let mut answer: Value = serde_json::from_str(&body).unwrap();
        answer["answeredAt"].take();
        outcomes.push((status, headers, body.len(), answer.to_string()));
    }
    assert_eq!(stand.hub.asked().len(), 1, "only the first one reaches the hub");
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0], outcomes[2]);
}

#[tokio::test]
async fn insurance_is_told_to_those_who_asked_for_it() {
    let states = [Qualification::Valid, Qualification::Invalid, Qualification::NotInsured];
    let people = states.into_iter().zip(1..).map(|(insurance, n)| {
        let mut person = enrolled(n);
        person.insurance = insurance;
        person
    });
    let stand = Stand::new(&people.collect::<Vec<_>>());
    let server = stand.start().await;
    for (card, expected) in ["C-1", "C-2", "C-3"].into_iter().zip(states) {
        let answer = server.confirm(card, NO_SUBSIDIES).await.unwrap();
        assert_eq!(answer.insurance.qualification, expected);
        let no_insurance = ConsentsBody { insurance: false, subsidies: true };
        let answer = server.confirm(card, no_insurance).await.unwrap();
        assert_eq!(answer.insurance.qualification, Qualification::NotAsked);
    }
}

/// Those that come in while the first is looked up go together.
#[tokio::test]
async fn of_many_at_once_each_is_told_of_the_own_card() {
    let states = [Qualification::Valid, Qualification::Invalid, Qualification::NotInsured];
    let people = states.into_iter().zip(1..).map(|(insurance, n)| EnrolCard { insurance, ..enrolled(n) });
    let stand = Stand::new(&people.collect::<Vec<_>>());
    let server = stand.start().await;
    let cards = ["C-1", "C-2", "C-9", "C-3", "C-3"];
    let visits = (0..60).map(|visit| server.confirm(cards[visit % cards.len()], NO_SUBSIDIES));
    let told = join_all(visits).await.into_iter().map(|outcome| match outcome {
        Ok(answer) => Ok(answer.insurance.qualification),
        Err(error) => Err(refusal::<()>(Err(error))),
    });
    let expected = [Ok(states[0]), Ok(states[1]), Err(Some(Code::UnknownCard)), Ok(states[2]), Ok(states[2])];
    for (visit, told) in told.enumerate() {
        assert_eq!(told, expected[visit % cards.len()], "visit {visit}");
    }
}

#[tokio::test]
async fn an_unknown_card_and_a_stopped_card_are_errors_and_mint_nothing() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    for consents in [BOTH, NO_SUBSIDIES] {
        assert_eq!(refusal(server.confirm("C-9", consents).await), Some(Code::UnknownCard));
    }
    assert_eq!(refusal(server.confirm("C 1", BOTH).await), Some(Code::InvalidMember));
    let card_serial = || "C-1".to_owned();
    server.command(CardCommand::Stop { card_serial: card_serial() }).await.unwrap();
    assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::CardStopped));
    assert_eq!(server.count("minted"), 0);
    server.command(CardCommand::Activate { card_serial: card_serial() }).await.unwrap();
    assert!(server.confirm("C-1", BOTH).await.is_ok());
    let unknown = CardCommand::Stop { card_serial: "C-9".to_owned() };
    assert_eq!(refusal(server.command(unknown).await), Some(Code::UnknownCard));
}

#[tokio::test]
async fn an_institution_asks_under_its_own_code_only() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    for code in ["2710000026", "271000001", ""] {
        let mut request = visit("C-1", BOTH);
        request.institution_code = code.to_owned();
        let outcome: Result<ConfirmationAnswer, _> =
            server.institution.post(paths::CONFIRMATIONS, &request).await;
        assert_eq!(refusal(outcome), Some(Code::InstitutionMismatch), "{code}");
    }
    assert_eq!((stand.hub.epochs(), stand.hub.asked().len()), (0, 0));
}

#[tokio::test]
async fn every_visit_has_a_key_of_its_own() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    for _ in 0..20 {
        server.confirm("C-1", BOTH).await.unwrap();
    }
    let asked = stand.hub.asked();
    let keys: BTreeSet<&str> = asked.iter().map(|one| one.key.as_str()).collect();
    assert_eq!((keys.len(), stand.hub.epochs()), (20, 1));
    assert_eq!(server.count("minted"), 20);
}

#[tokio::test]
async fn a_refusal_of_the_hub_is_not_asked_again_and_not_passed_on() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    server.link(vec![linked(1)]).await.unwrap();
    for code in [Code::LinkageKeyUsed, Code::LinkageKeyDoesNotOpen] {
        stand.hub.ends([Ending::Refused(code)]);
        let before = stand.hub.asked().len();
        assert_eq!(refusal(server.confirm("C-1", BOTH).await), Some(Code::PeerFailed));
        assert_eq!(stand.hub.asked().len(), before + 1);
    }
}

#[tokio::test]
async fn a_member_that_is_not_agreed_is_refused() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut request = serde_json::to_value(visit("C-1", BOTH)).unwrap();
    request["myNumber"] = json!("000000000012");
    let (status, _, body) = send(&server, request.to_string()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body.contains(Code::MalformedBody.as_str()) && !body.contains("000000000012"));
}

#[tokio::test]
async fn only_institutions_may_confirm() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let request = ConfirmationRequest { institution_code: "intermediate".to_owned(), ..visit("C-1", BOTH) };
    let outcome: Result<ConfirmationAnswer, _> =
        server.intermediate_at_confirmation.post(paths::CONFIRMATIONS, &request).await;
    assert_eq!(refusal(outcome), Some(Code::WrongPeer));
}
