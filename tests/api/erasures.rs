//! `/registration/v1/erasures` and the operator's door: who may erase, and that a refusal takes nothing.

use pmh_store::{Store, StoreError, on_connection};
use pmh_wire::{
    Code, Door, Erasure, ErasureReason, ErasureRequest, ErasureScope, ErasureStatus, ErasureWay, Erasures,
    Party, paths,
};

use crate::support::answers::{post_json, until};
use crate::support::erasing::{DOCUMENT, FIRST, SECOND, for_everything, for_person};
use crate::support::people::{array, person};
use crate::support::rows::{HubTables, Rows};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

/// What is registered; the audit tells of refusals too.
async fn registered(tables: &HubTables) -> Rows {
    let mut rows = tables.rows().await;
    rows.remove("audit");
    rows
}

async fn one_person_alone_erases_nothing_however_the_name_is_typed(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let tables = HubTables::open(place).await;
    let before = registered(&tables).await;
    let asked: Erasure = office.ask_to_erase(&for_person(&person(0))).await.json();
    assert_eq!((asked.status, asked.scope), (ErasureStatus::Requested, ErasureScope::Person));
    assert!(asked.erased.is_empty() && asked.left_elsewhere.is_empty());
    for same in [FIRST, "SATO", "Sato"] {
        let audit = tables.count("audit").await;
        office.approve(&asked.erasure_id, same).await.assert_refused(Code::SecondPersonNeeded, same);
        assert_eq!(tables.count("audit").await, audit + 1, "a refusal is audited");
        world
            .erase_as_operator(OSAKA, DOCUMENT, same)
            .await
            .assert_refused(Code::SecondPersonNeeded, "as operator");
    }
    for none in ["", " suzuki", "鈴木"] {
        office.approve(&asked.erasure_id, none).await.assert_refused(Code::InvalidMember, none);
    }
    assert_eq!(registered(&tables).await, before);
    office.approve(&asked.erasure_id, SECOND).await.json::<Erasure>();
    let again = office.approve(&asked.erasure_id, SECOND).await;
    again.assert_refused(Code::ErasureNotPending, "twice");
}

async fn another_municipality_erases_nothing_and_learns_nothing(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    osaka.register(&[person(0).record()]).await;
    let tables = HubTables::open(place).await;
    let before = registered(&tables).await;
    let foreign = tokyo.ask_to_erase(&for_person(&person(0))).await;
    foreign.assert_refused(Code::NothingToErase, "somebody of Osaka");
    let unknown = tokyo.ask_to_erase(&for_person(&person(5))).await;
    assert_eq!((foreign.status, &foreign.body), (unknown.status, &unknown.body), "nobody at all");

    let asked: Erasure = osaka.ask_to_erase(&for_person(&person(0))).await.json();
    let nonsense = "erasure-00000000000000000000000000000000";
    for id in [asked.erasure_id.as_str(), nonsense, "erasure-1", "task-1"] {
        tokyo.approve(id, SECOND).await.assert_refused(Code::NotFound, id);
        tokyo.erasure(id).await.assert_refused(Code::NotFound, id);
    }
    assert!(tokyo.erasures().await.is_empty());
    let all: Erasure = tokyo.ask_to_erase(&for_everything()).await.json();
    tokyo.approve(&all.erasure_id, SECOND).await.json::<Erasure>();
    assert_eq!(registered(&tables).await, before, "Tokyo erased its own partition, which is empty");
    assert_eq!(osaka.erasure(&asked.erasure_id).await.json::<Erasure>().status, ErasureStatus::Requested);
}

async fn the_operator_erases_on_a_municipality_s_documented_request_alone(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record(), person(1).record()]).await;
    let tables = HubTables::open(place).await;
    let before = registered(&tables).await;
    let refused = |municipality: &'static str, document: &'static str| {
        let world = &world;
        async move {
            let answer = world.erase_as_operator(municipality, document, "operator-1").await;
            answer.assert_refused(Code::NoDocumentedRequest, document);
        }
    };
    refused(OSAKA, DOCUMENT).await;
    office.ask_to_erase(&for_person(&person(0))).await.json::<Erasure>();
    refused(OSAKA, "2026/101").await;
    refused(TOKYO, DOCUMENT).await;
    // A municipality that is not on this hub.
    refused("141305", DOCUMENT).await;
    let none = world.erase_as_operator(OSAKA, "", "operator-1").await;
    none.assert_refused(Code::InvalidMember, "no document");
    assert_eq!(registered(&tables).await, before);

    let done: Erasures = world.erase_as_operator(OSAKA, DOCUMENT, "operator-1").await.json();
    assert_eq!(done.erasures.len(), 1);
    assert_eq!(done.erasures[0].way, Some(ErasureWay::Operator));
    assert_eq!(tables.count("person").await, 1);
    refused(OSAKA, DOCUMENT).await;
}

async fn a_request_that_is_none_is_refused_and_repeats_nothing(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let good = for_person(&person(0));
    let wrong = [
        ("scope", ErasureRequest { scope: ErasureScope::Retention, ..good.clone() }),
        ("reason", ErasureRequest { scope: ErasureScope::Partition, ..good.clone() }),
        ("reason", ErasureRequest { reason: ErasureReason::TooOld, ..good.clone() }),
        ("reason", ErasureRequest { reason: ErasureReason::ContractEnded, ..good.clone() }),
        ("myNumber", ErasureRequest { my_number: None, ..good.clone() }),
        ("myNumber", ErasureRequest { my_number: Some("90010000000x".to_owned()), ..good.clone() }),
        ("myNumber", ErasureRequest { my_number: good.my_number.clone(), ..for_everything() }),
        ("document", ErasureRequest { document: String::new(), ..good.clone() }),
        ("requestedBy", ErasureRequest { requested_by: None, ..good.clone() }),
        ("requestedBy", ErasureRequest { requested_by: Some("佐藤".to_owned()), ..good.clone() }),
    ];
    for (field, request) in wrong {
        let answer = office.ask_to_erase(&request).await;
        answer.assert_refused(Code::InvalidMember, field);
        assert_eq!(answer.problem().field.as_deref(), Some(field));
        assert!(!String::from_utf8_lossy(&answer.body).contains("9001000"));
    }
    post_json(&office.hub, paths::ERASURES, r#"{"scope":"person"}"#)
        .await
        .assert_refused(Code::MalformedBody, "members are missing");
    assert_eq!(tables.rows().await, before);
}

async fn erasures_are_on_the_registration_door_and_the_operator_s_alone(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    for (party, door) in [(Party::Eligibility, Door::HubEligibility), (Party::Portal, Door::HubPortal)] {
        let client = world.client(party, party.as_str(), door);
        for path in [paths::ERASURES, paths::ADMIN_ERASURES] {
            post_json(&client, path, "{}").await.assert_refused(Code::NotFound, path);
        }
    }
    let eligibility = world.client(Party::Eligibility, "eligibility", Door::HubRegistration);
    post_json(&eligibility, paths::ERASURES, "{}").await.assert_refused(Code::WrongPeer, "the OQS");
    let office = world.office(OSAKA);
    post_json(&office.hub, paths::ADMIN_ERASURES, "{}")
        .await
        .assert_refused(Code::NotFound, "a municipality");
}

async fn somebody_who_waits_for_a_number_can_be_erased_and_the_task_ends(place: &TestDatabase) {
    let world = World::hub_alone(place).await;
    let office = world.office(OSAKA);
    let task: pmh_wire::Task = office.send(array(&[person(0).record()])).await.json();
    until("the row is applied", async || (office.task(&task.task_id).await.registered == 1).then_some(()))
        .await;
    let asked: Erasure = office.ask_to_erase(&for_person(&person(0))).await.json();
    office.approve(&asked.erasure_id, SECOND).await.json::<Erasure>();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.registered, task.numbering_pending), (1, 0), "nobody waits for an erased person");
}

async fn while_accepted_rows_wait_no_person_is_erased(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    // As if a second chunk of the file were not applied yet.
    run(&desk, "UPDATE registration_task SET chunks = chunks + 1").await.unwrap();
    let asked: Erasure = office.ask_to_erase(&for_person(&person(0))).await.json();
    office.approve(&asked.erasure_id, SECOND).await.assert_refused(Code::ErasureWaits, "rows wait");
    run(&desk, "UPDATE registration_task SET chunks = chunks - 1").await.unwrap();
    office.approve(&asked.erasure_id, SECOND).await.json::<Erasure>();
}

for_each_store!(
    one_person_alone_erases_nothing_however_the_name_is_typed,
    another_municipality_erases_nothing_and_learns_nothing,
    the_operator_erases_on_a_municipality_s_documented_request_alone,
    a_request_that_is_none_is_refused_and_repeats_nothing,
    erasures_are_on_the_registration_door_and_the_operator_s_alone,
    somebody_who_waits_for_a_number_can_be_erased_and_the_task_ends,
    while_accepted_rows_wait_no_person_is_erased,
);

async fn run(store: &Store, sql: &'static str) -> Result<u64, StoreError> {
    let mut tx = store.write().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    let rows = on_connection!(&mut tx, conn => sqlx::query(sql).execute(conn).await?.rows_affected());
    tx.commit().await?;
    Ok(rows)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_binding_is_deleted_by_the_query_role_and_only_after_the_desk_has_named_it() {
    let place = TestDatabase::postgres().await;
    let (world, _) = World::hub(&place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let request = pmh_wire::BindingRequest {
        pmh_id: person(0).pmh_id().expose_text(),
        pmh_pseudonym: pmh_domain::PmhPseudonym::from_bytes([7; 32]).expose_text(),
    };
    world.portal().post::<_, pmh_wire::BindingAnswer>(paths::BINDINGS, &request).await.unwrap();
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    let query = pmh_hub::SCHEMA.open(place.database(), "query", 1).await.unwrap();
    for sql in ["DELETE FROM binding", "DELETE FROM unbinding", "UPDATE erasure_count SET row_count = 0"] {
        let written = run(&desk, sql).await;
        assert!(matches!(written, Err(StoreError::NotAllowed)), "desk: {sql}: {written:?}");
    }
    for sql in ["DELETE FROM erasure", "DELETE FROM unrouted", "INSERT INTO unbinding VALUES ('\\x00')"] {
        let written = run(&query, sql).await;
        assert!(matches!(written, Err(StoreError::NotAllowed)), "query: {sql}: {written:?}");
    }
    assert_eq!(run(&query, "DELETE FROM binding").await.unwrap(), 0, "nothing was erased");
    run(&desk, "INSERT INTO unbinding (pmh_tag) SELECT pmh_tag FROM route").await.unwrap();
    assert_eq!(run(&query, "DELETE FROM binding").await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_sees_the_erasures_of_one_municipality_at_a_time() {
    let place = TestDatabase::postgres().await;
    let (world, _) = World::hub(&place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    office.erase(&for_person(&person(0))).await;
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    for sql in ["SELECT COUNT(*) FROM erasure", "SELECT COUNT(*) FROM erasure_count"] {
        for (municipality, some) in [(None, false), (Some(TOKYO), false), (Some(OSAKA), true)] {
            let mut tx = desk.read().await.unwrap();
            if let Some(municipality) = municipality {
                tx.for_municipality(municipality).await.unwrap();
            }
            let count: i64 =
                on_connection!(&mut tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap());
            assert_eq!(count > 0, some, "{municipality:?}: {sql}");
        }
    }
}
