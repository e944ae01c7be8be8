//! `POST /registration/v1/subjects/search`.

use pmh_wire::{BindingRequest, Code, SearchAnswer, paths};

use crate::support::answers::{post, post_json};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

async fn a_search_that_is_none_is_refused_and_not_even_audited(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let cases = [
        ("", Code::MalformedBody),
        ("{", Code::MalformedBody),
        (r#"{"myNumber":"900100000001"]"#, Code::MalformedBody),
        (r#"{"myNumber":900100000001}"#, Code::MalformedBody),
        (r#"{"mynumber":"900100000001"}"#, Code::MalformedBody),
        (r#"{"myNumber":"900100000001","name":""}"#, Code::MalformedBody),
        (r#"{"myNumber":"9001000000010"}"#, Code::InvalidMember),
        (r#"{"myNumber":"90010000000x"}"#, Code::InvalidMember),
        (r#"{"myNumber":"90010000000\u0000"}"#, Code::InvalidMember),
    ];
    for (body, code) in cases {
        let answer = post_json(&office.hub, paths::SEARCH, body).await;
        answer.assert_refused(code, body);
        assert!(!String::from_utf8_lossy(&answer.body).contains("9001000"), "the number is repeated: {body}");
    }
    let kind = post(&office.hub, paths::SEARCH, "text/plain", "{}").await;
    kind.assert_refused(Code::UnsupportedMediaType, "text/plain");
    assert_eq!(tables.rows().await, before);
}

async fn a_person_is_shown_with_state_certificates_and_binding(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let state = office.search(&person(0)).await.unwrap();
    assert_eq!((state.numbering.as_str(), state.bound), ("numbered", false));
    assert_eq!(state.certificates.len(), 1);
    assert_eq!(state.certificates[0].history_key, "H-0000");

    let pseudonym = pmh_domain::PmhPseudonym::from_bytes([7; 32]).expose_text();
    let pmh_id = person(0).pmh_id().expose_text();
    let request = BindingRequest { pmh_id: pmh_id.clone(), pmh_pseudonym: pseudonym.clone() };
    let _: pmh_wire::BindingAnswer = world.portal().post(paths::BINDINGS, &request).await.unwrap();
    assert!(office.search(&person(0)).await.unwrap().bound);

    let body = format!(r#"{{"myNumber":"{}"}}"#, person(0).my_number);
    let answer = post_json(&office.hub, paths::SEARCH, body).await;
    assert_eq!(answer.json::<SearchAnswer>().people.len(), 1);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    for secret in [person(0).my_number, pmh_id, pseudonym, person(0).five.name] {
        assert!(!text.contains(&secret), "{text}");
    }
}

for_each_store!(
    a_search_that_is_none_is_refused_and_not_even_audited,
    a_person_is_shown_with_state_certificates_and_binding,
);
