//! `POST /portal/v1/records`: a citizen's own records, by pseudonym.

use pmh_domain::PmhPseudonym;
use pmh_wire::{BindingAnswer, BindingRequest, Code, OwnRecords, RecordsRequest, SubjectRecord, paths};

use crate::support::answers::{Answer, post_json};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

fn pseudonym() -> String {
    PmhPseudonym::from_bytes([5; 32]).expose_text()
}

async fn read(world: &World) -> Answer {
    let request = RecordsRequest { pmh_pseudonym: pseudonym() };
    post_json(&world.portal(), paths::RECORDS, serde_json::to_vec(&request).unwrap()).await
}

async fn records_are_read_from_the_binding_on_and_not_before(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let ordered = |order| SubjectRecord { display_order: order, ..person(0).record() };
    world.office(OSAKA).register(&[ordered(None)]).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    read(&world).await.assert_refused(Code::UnknownPseudonym, "not bound yet");
    assert_eq!(tables.rows().await, before);

    let request = BindingRequest { pmh_id: person(0).pmh_id().expose_text(), pmh_pseudonym: pseudonym() };
    let _: BindingAnswer = world.portal().post(paths::BINDINGS, &request).await.unwrap();
    let own: OwnRecords = read(&world).await.json();
    assert_eq!(own.subsidies.len(), 1);
    world.office(TOKYO).register(&[ordered(Some(1))]).await;
    let own: OwnRecords = read(&world).await.json();
    let municipalities: Vec<&str> = own.subsidies.iter().map(|one| one.municipality_code.as_str()).collect();
    assert_eq!(municipalities, [TOKYO, OSAKA]);
    let text = String::from_utf8(read(&world).await.body.to_vec()).unwrap();
    for secret in [person(0).my_number, person(0).pmh_id().expose_text(), pseudonym(), person(0).five.name] {
        assert!(!text.contains(&secret), "{text}");
    }
}

async fn a_request_that_is_none_reads_nothing(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let cases = [
        (String::new(), Code::MalformedBody),
        ("{}".to_owned(), Code::MalformedBody),
        (format!(r#"{{"pmhPseudonym":"{}","pmhId":"x"}}"#, pseudonym()), Code::MalformedBody),
        (r#"{"pmhPseudonym":"pp-"}"#.to_owned(), Code::InvalidMember),
        (format!(r#"{{"pmhPseudonym":"{}"}}"#, person(0).pmh_id().expose_text()), Code::InvalidMember),
        (format!(r#"{{"pmhPseudonym":"{}"}}"#, person(0).my_number), Code::InvalidMember),
        (format!(r#"{{"pmhPseudonym":"{}"}}"#, pseudonym()), Code::UnknownPseudonym),
    ];
    for (body, code) in cases {
        post_json(&world.portal(), paths::RECORDS, body.clone()).await.assert_refused(code, &body);
    }
}

for_each_store!(records_are_read_from_the_binding_on_and_not_before, a_request_that_is_none_reads_nothing);
