//! `POST /numbering/v1/requests`.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use pmh_wire::{Code, ItemName, NumberingRequest, PersonToNumber, Reason, paths};
use serde_json::{Value, json};

use super::stand::{Server, Stand, asked, enrolled, refusal};
use crate::Options;

async fn send(server: &Server, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let (status, _, body) =
        server.hub.send(Method::POST, paths::NUMBERING, headers, Body::from(body)).await.unwrap();
    (status, body.to_vec())
}

/// Person 1 with one of the five items changed, five times.
fn faulty() -> [PersonToNumber; 5] {
    let mut people = [asked(1), asked(1), asked(1), asked(1), asked(1)];
    people[0].basic_five_info.name = "試験　二郎".to_owned();
    people[1].basic_five_info.name_kana = "シケン　ジロウ".to_owned();
    people[2].basic_five_info.address = "東京都新宿区西新宿二丁目".to_owned();
    people[3].basic_five_info.date_of_birth = "1980-02-28".to_owned();
    people[4].basic_five_info.sex = "2".to_owned();
    people
}

/// What is kept of the spelling of person 1, as a code.
async fn kept_spelling(stand: &Stand) -> Vec<i64> {
    let database = pmh_store::Database::Sqlite { folder: stand.folder.path().join("db") };
    let tables = crate::SCHEMA.open(&database, crate::store::APP, 1).await.unwrap();
    crate::store::spelling::list_all(&mut tables.read().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn another_spelling_is_numbered_and_kept_by_its_items_until_it_comes_as_the_insurers_spell_it() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut spelled = asked(1);
    spelled.basic_five_info.name = "試験 1郎".to_owned();
    spelled.basic_five_info.address = "大阪府大阪市北区中之島１丁目".to_owned();
    for _ in 0..2 {
        let answer = server.number(vec![spelled.clone(), asked(2)]).await.unwrap();
        assert_eq!((answer.numbered.len(), answer.not_numbered.len()), (1, 1));
        assert_eq!(answer.spelled_otherwise[0].my_number, spelled.my_number);
        assert_eq!(answer.spelled_otherwise[0].items, [ItemName::Name, ItemName::Address]);
        assert_eq!(kept_spelling(&stand).await, [1 + 4]);
    }
    assert!(server.number(vec![asked(1)]).await.unwrap().spelled_otherwise.is_empty());
    assert!(kept_spelling(&stand).await.is_empty());
}

#[tokio::test]
async fn a_number_already_numbered_keeps_its_pmh_id_also_over_a_restart() {
    let stand = Stand::new(&[enrolled(1), enrolled(2)]);
    let server = stand.start().await;
    let first = server.pmh_id(asked(1)).await;
    let other = server.pmh_id(asked(2)).await;
    assert_ne!(first, other);
    assert_eq!(server.pmh_id(asked(1)).await, first);
    assert_eq!(server.count("pmh_ids"), 2);
    server.stop().await;

    let server = stand.start().await;
    assert_eq!(server.pmh_id(asked(1)).await, first);
    assert_eq!(server.count("pmh_ids"), 2);
}

#[tokio::test]
async fn the_answer_holds_the_pmh_id_and_the_number_as_it_came_and_nothing_else() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut mismatched = asked(1);
    mismatched.basic_five_info.address = "別の住所".to_owned();
    let request = NumberingRequest { people: vec![asked(1), mismatched, asked(2)], joins_after: 0 };
    let (status, body) = send(&server, serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let mut answer: Value = serde_json::from_slice(&body).unwrap();
    let pmh_id = answer["numbered"][0]["pmhId"].take();
    assert!(pmh_domain::PmhId::parse(pmh_id.as_str().unwrap()).is_ok());
    let expected = json!({
        "numbered": [{ "pmhId": null, "myNumber": asked(1).my_number }],
        "notNumbered": [
            { "myNumber": asked(1).my_number, "reason": "mismatch" },
            { "myNumber": asked(2).my_number, "reason": "not_found" },
        ],
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn a_mismatch_does_not_tell_which_of_the_five_items_differs() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut answers = Vec::new();
    for person in faulty() {
        let request = NumberingRequest { people: vec![person], joins_after: 0 };
        answers.push(send(&server, serde_json::to_vec(&request).unwrap()).await);
    }
    let expected = json!({
        "numbered": [],
        "notNumbered": [{ "myNumber": asked(1).my_number, "reason": "mismatch" }],
    });
    assert_eq!(serde_json::from_slice::<Value>(&answers[0].1).unwrap(), expected);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "every item is answered alike, byte for byte"
    );
    assert_eq!(server.count("mismatched"), 5);
    assert_eq!(server.count("pmh_ids"), 0);
    assert_eq!(stand.oqs.accepted().len(), 0);

    server.pmh_id(asked(1)).await;
    assert_eq!(server.count("pmh_ids"), 1, "corrected, the person is numbered");
}

#[tokio::test]
async fn with_the_check_switched_off_the_number_alone_decides() {
    let mut stand = Stand::new(&[enrolled(1)]);
    stand.options = Options { compare_five_items: false };
    let server = stand.start().await;
    let right = server.pmh_id(asked(1)).await;
    for person in faulty() {
        assert_eq!(server.pmh_id(person).await, right);
    }
    let answer = server.number(vec![asked(2)]).await.unwrap();
    assert!(matches!(answer.not_numbered[0].reason, Reason::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_race_for_one_person_get_one_pmh_id() {
    let stand = Stand::new(&[enrolled(1), enrolled(2), enrolled(3)]);
    let server = stand.start().await;
    let races = (0..8).map(|turn| {
        let hub = server.hub.clone();
        let mut people = vec![asked(1), asked(2), asked(3)];
        people.rotate_left(turn % 3);
        tokio::spawn(async move {
            let request = NumberingRequest { people, joins_after: 0 };
            let answer: pmh_wire::NumberingAnswer = hub.post(paths::NUMBERING, &request).await.unwrap();
            let mut numbered: Vec<(String, String)> =
                answer.numbered.into_iter().map(|one| (one.my_number, one.pmh_id)).collect();
            numbered.sort();
            numbered
        })
    });
    let mut outcomes = Vec::new();
    for race in races.collect::<Vec<_>>() {
        outcomes.push(race.await.unwrap());
    }
    assert_eq!(outcomes[0].len(), 3);
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));
    assert_eq!(server.count("pmh_ids"), 3);
    stand.oqs.wait_until(|log| log.accepted.len() >= 3).await;
    assert_eq!(stand.oqs.linking_numbers().len(), 3);
    assert_eq!(stand.oqs.accepted().len(), 3);
}

#[tokio::test]
async fn somebody_named_twice_in_one_request_gets_one_pmh_id() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let answer = server.number(vec![asked(1), asked(1)]).await.unwrap();
    assert_eq!(answer.numbered.len(), 2);
    assert_eq!(answer.numbered[0].pmh_id, answer.numbered[1].pmh_id);
    assert_eq!(server.count("pmh_ids"), 1);
}

#[tokio::test]
async fn two_hundred_and_fifty_six_people_fit_into_one_request_and_one_more_does_not() {
    let stand = Stand::new(&(0..257).map(enrolled).collect::<Vec<_>>());
    let server = stand.start().await;
    let everybody: Vec<PersonToNumber> = (0..257).map(asked).collect();
    let outcome = server.number(everybody.clone()).await;
    assert_eq!(refusal(outcome), Some(Code::TooManyPeople));
    assert_eq!(server.count("pmh_ids"), 0);
    let answer = server.number(everybody[..256].to_vec()).await.unwrap();
    assert_eq!(answer.numbered.len(), 256);
    let none = server.number(Vec::new()).await.unwrap();
    assert_eq!((none.numbered.len(), none.not_numbered.len()), (0, 0));
}

#[tokio::test]
async fn a_member_that_is_not_agreed_is_refused() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut request =
        serde_json::to_value(NumberingRequest { people: vec![asked(1)], joins_after: 0 }).unwrap();
    request["people"][0]["linkingNumber"] = json!("L-1");
    let (status, body) = send(&server, request.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let problem: pmh_wire::Problem = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem.known_code(), Some(Code::MalformedBody));
    assert_eq!(server.count("pmh_ids"), 0);
}

#[tokio::test]
async fn a_value_that_is_none_refuses_the_request_and_names_the_member_only() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let mut person = asked(1);
    person.my_number = "12345678901X".to_owned();
    let request = NumberingRequest { people: vec![person], joins_after: 0 };
    let (status, body) = send(&server, serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = String::from_utf8(body).unwrap();
    assert!(text.contains("myNumber") && !text.contains("12345678901"));
}

#[tokio::test]
async fn only_the_hub_may_ask() {
    let stand = Stand::new(&[enrolled(1)]);
    let server = stand.start().await;
    let request = NumberingRequest { people: vec![asked(1)], joins_after: 0 };
    let outcome: Result<pmh_wire::NumberingAnswer, _> =
        server.institution.post(paths::NUMBERING, &request).await;
    assert_eq!(refusal(outcome), Some(Code::WrongPeer));
}

#[tokio::test]
async fn a_stranger_is_numbered_where_anyone_is_accepted() {
    let mut stand = Stand::new(&[enrolled(7)]);
    stand.auto_enrol = true;
    let server = stand.start().await;
    let known = server.pmh_id(asked(7)).await;
    let answer = server.number(vec![asked(1), asked(7), asked(2), asked(1)]).await.unwrap();
    let ids: Vec<&str> = answer.numbered.iter().map(|one| one.pmh_id.as_str()).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!((ids[1], ids[0]), (known.as_str(), ids[3]));
    assert_ne!(ids[0], ids[2]);
    stand.oqs.wait_until(|log| log.accepted.len() == 3).await;
    let numbers = stand.oqs.linking_numbers();
    assert!(numbers.contains("L-7"));
    assert_eq!(numbers.iter().filter(|number| number.starts_with("AUTO-")).count(), 2);

    let mut changed = asked(1);
    changed.basic_five_info.name = "別人".to_owned();
    let answer = server.number(vec![changed]).await.unwrap();
    assert!(matches!(answer.not_numbered[0].reason, Reason::Mismatch), "once enrolled the check holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_race_for_one_stranger_get_one_pmh_id() {
    let mut stand = Stand::new(&[]);
    stand.auto_enrol = true;
    let server = stand.start().await;
    let races: Vec<_> = (0..8)
        .map(|_| {
            let hub = server.hub.clone();
            tokio::spawn(async move {
                let request = NumberingRequest { people: vec![asked(1)], joins_after: 0 };
                let answer: pmh_wire::NumberingAnswer = hub.post(paths::NUMBERING, &request).await.unwrap();
                answer.numbered[0].pmh_id.clone()
            })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for race in races {
        ids.insert(race.await.unwrap());
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(server.count("pmh_ids"), 1);
}
