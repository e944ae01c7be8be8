//! `POST /eligibility/v1/queries`: the question around a linkage key.

use pmh_domain::PmhId;
use pmh_wire::{Code, ConsentsBody, EligibilityAnswer, EligibilityQuery};

use crate::support::answers::post_json;
use crate::support::oqs::query;
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, PHARMACY, World};
use crate::support::{TestDatabase, for_each_store};

async fn a_question_that_is_none_uses_up_no_key(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let oqs = world.oqs("oqs").await;
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let good = serde_json::to_string(&query(&key)).unwrap();
    let bodies = [
        String::new(),
        good[..good.len() - 1].to_owned(),
        format!("[{good}]"),
        good.replacen('{', r#"{"pmhId":"","#, 1),
        good.replace(r#""subsidies":true"#, r#""subsidies":"true""#),
        good.replace(r#","subsidies":true"#, ""),
        good.replace("linkageKey", "linkagekey"),
    ];
    for body in bodies {
        let answer = post_json(&oqs.hub, pmh_wire::paths::QUERIES, body.clone()).await;
        answer.assert_refused(Code::MalformedBody, &body);
        assert!(!String::from_utf8_lossy(&answer.body).contains(&key[20..40]), "the key is repeated");
    }
    for institution in ["", "271991001", "27199100160", "271991001x"] {
        let asked = EligibilityQuery { institution_code: institution.to_owned(), ..query(&key) };
        let answer = oqs.ask_as(&asked).await;
        answer.assert_refused(Code::InvalidMember, institution);
        assert_eq!(answer.problem().field.as_deref(), Some("institutionCode"));
    }
    assert_eq!(tables.rows().await, before);
    assert_eq!(oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies.len(), 1, "the key is still good");
}

async fn a_key_serves_its_institution_and_its_consents_alone(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let oqs = world.oqs("oqs").await;
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    let borrowed = EligibilityQuery { institution_code: PHARMACY.to_owned(), ..query(&key) };
    oqs.ask_as(&borrowed).await.assert_refused(Code::LinkageKeyDoesNotOpen, "another institution");
    let otherwise =
        EligibilityQuery { consents: ConsentsBody { insurance: false, subsidies: true }, ..query(&key) };
    oqs.ask_as(&otherwise).await.assert_refused(Code::LinkageKeyDoesNotOpen, "other consents");
    let without =
        EligibilityQuery { consents: ConsentsBody { insurance: true, subsidies: false }, ..query(&key) };
    oqs.ask_as(&without).await.assert_refused(Code::ConsentMissing, "no consent");
    assert_eq!(HubTables::open(place).await.count("used_key").await, 0);
    assert!(oqs.ask(&key).await.status.is_success());
}

/// A PMH-ID that nobody was numbered with gets the answer of somebody whose certificates are all hidden.
async fn a_person_whom_nobody_registered_gets_the_empty_answer(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let oqs = world.oqs("oqs").await;
    let key = oqs.mint(&PmhId::from_bytes([3; 16]), world.now_ms().await);
    assert!(oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies.is_empty());
    oqs.ask(&key).await.assert_refused(Code::LinkageKeyUsed, "an empty answer uses the key up, too");
}

async fn an_answer_holds_no_key_and_no_number(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let oqs = world.oqs("oqs").await;
    let answer = oqs.ask(&oqs.mint(&person(0).pmh_id(), world.now_ms().await)).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let pmh_id = person(0).pmh_id().expose_text();
    for secret in
        [person(0).my_number, pmh_id, person(0).five.name, person(0).five.address, "H-0000".to_owned()]
    {
        assert!(!text.contains(&secret), "{secret}");
    }
    assert!(text.contains("こども医療証"));
}

for_each_store!(
    a_question_that_is_none_uses_up_no_key,
    a_key_serves_its_institution_and_its_consents_alone,
    a_person_whom_nobody_registered_gets_the_empty_answer,
    an_answer_holds_no_key_and_no_number,
);
