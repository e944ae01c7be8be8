//! `POST /eligibility/v1/queries`: the question around a linkage key.

use pmh_domain::PmhId;
use pmh_wire::{
    Code, ConsentsBody, Door, EligibilityAnswer, EligibilityQuery, StatusAnswer, SubjectRecord, paths,
};

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
        let answer = post_json(&oqs.hub, paths::QUERIES, body.clone()).await;
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

/// The times themselves are compared by `bench/empty_answers.rs`.
async fn an_empty_answer_takes_the_same_steps_whoever_is_asked_for(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let osaka = world.office(OSAKA);
    let [withheld, lapsed, deleted] = [0, 1, 2].map(person);
    osaka
        .register(&[
            SubjectRecord { is_not_disclosed: true, ..withheld.record() },
            SubjectRecord { valid_to: "2026-09-30".to_owned(), ..lapsed.record() },
            deleted.record(),
        ])
        .await;
    osaka.register(&[SubjectRecord { is_deleted: true, ..deleted.record() }]).await;
    let oqs = world.oqs("oqs").await;
    let opened = async || {
        let status: StatusAnswer = world.plain(Door::HubAdmin).get(paths::ADMIN_STATUS).await.unwrap();
        status.counters.get("answers_opened").copied().unwrap_or_default()
    };
    let ids = [withheld.pmh_id(), lapsed.pmh_id(), deleted.pmh_id(), PmhId::from_bytes([3; 16])];
    for (at, id) in ids.iter().enumerate() {
        let before = opened().await;
        let key = oqs.mint(id, world.now_ms().await);
        assert!(oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies.is_empty(), "cause {at}");
        assert_eq!(opened().await, before + 1, "cause {at}");
    }
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
    an_empty_answer_takes_the_same_steps_whoever_is_asked_for,
    an_answer_holds_no_key_and_no_number,
);
