//! Statements, formulas and settings of a session as text: in every field of every body and file, in every place of
//! paths, query strings and headers. It is stored as text or refused, and nothing else happens.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pmh_wire::{Door, EligibilityAnswer, Encoding, Outcome, Party, SubjectRecord, Task, paths, write_csv};
use serde_json::{Value, json};

use super::attacker::{Attacker, assert_tells_of, text};
use crate::support::answers::{Answer, header, post_json};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{HOSPITAL, OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

const TEXTS: [&str; 11] = [
    "'; DROP TABLE person; --",
    "' OR 1=1 --",
    "271004'; SET pmh.municipality='130001'; --",
    "'), ('130001', 1, 'x'); --",
    "$1",
    "%",
    "\\'; DELETE FROM answer; --",
    "=1+1",
    "@SUM(A1)",
    "\t=cmd",
    "x\0'; DROP TABLE person; --",
];

/// Where a body has texts, as JSON pointers.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(path.to_owned()),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{at}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{path}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The body once for each place and text.
fn altered(body: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    places(body, "", &mut found);
    assert!(!found.is_empty(), "{body}");
    let one = |path: &String, text: &str| {
        let mut body = body.clone();
        *body.pointer_mut(path).unwrap() = text.into();
        body
    };
    found.iter().flat_map(|path| TEXTS.map(|text| one(path, text))).collect()
}

/// A record that has every optional member, too.
fn full(at: u64) -> SubjectRecord {
    SubjectRecord {
        program_id: Some("OsakaChild".to_owned()),
        certificate_id: Some("C-1".to_owned()),
        public_expense_id: Some("P-1".to_owned()),
        attribute_key: Some("A-1".to_owned()),
        certification_sub_key: Some("S-1".to_owned()),
        segment: Some("1".to_owned()),
        income_segment: Some("1".to_owned()),
        additional_conditions: Some("1".to_owned()),
        designated_medical_institutions: Some("1".to_owned()),
        forced_expiry_date: Some("2027-03-30".to_owned()),
        ..person(at).record()
    }
}

/// What must be as it was, whoever is sent what: Tokyo's rows to the byte, and the tables themselves.
struct Untouched {
    attacker: Attacker,
    rows: Vec<String>,
    tables: Vec<String>,
}

impl Untouched {
    async fn of(place: &TestDatabase) -> Self {
        let attacker = Attacker::of(place);
        let (rows, tables) = (attacker.dump_of(TOKYO).await, Self::tables(&attacker).await);
        assert!(tables.len() > 20, "{tables:?}");
        Self { attacker, rows, tables }
    }

    async fn tables(attacker: &Attacker) -> Vec<String> {
        let dump = attacker.dump().await;
        dump.lines().filter(|line| line.starts_with("CREATE TABLE")).map(str::to_owned).collect()
    }

    async fn assert(&self, world: &World, what: &str) {
        assert_eq!(self.attacker.dump_of(TOKYO).await, self.rows, "{what}: Tokyo's rows");
        assert_eq!(Self::tables(&self.attacker).await, self.tables, "{what}");
        assert!(world.office(OSAKA).search(&person(0)).await.is_some(), "{what}");
    }
}

async fn registered(place: &TestDatabase) -> World {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.office(TOKYO).register(&[person(2).record()]).await;
    world
}

/// What the clinic would be shown of whoever has this number.
async fn shown(world: &World, at: u64) -> EligibilityAnswer {
    let oqs = world.oqs("oqs").await;
    oqs.ask(&oqs.mint(&person(at).pmh_id(), world.now_ms().await)).await.json()
}

async fn a_text_in_a_record_is_stored_as_it_is_or_refused(place: &TestDatabase) {
    let world = registered(place).await;
    let untouched = Untouched::of(place).await;
    let office = world.office(OSAKA);
    let records: Vec<Value> = altered(&serde_json::to_value(full(0)).unwrap());
    let body: Vec<Value> = (100..)
        .zip(records)
        .map(|(at, mut record)| {
            // Each a person of its own, unless that is what the text stands in.
            if record["myNumber"] == person(0).my_number {
                record["myNumber"] = person(at).my_number.into();
            }
            record
        })
        .collect();
    let task: Task = office.send(serde_json::to_vec(&body).unwrap()).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.received, task.registered + task.rejected), (body.len() as u64, body.len() as u64));
    let results = office.results(&task.task_id).await;
    let mut kept = 0;
    for ((at, record), result) in (100..).zip(&body).zip(&results) {
        let is_name_altered = TEXTS.iter().any(|text| record["certificationName"] == *text);
        if result.outcome == Outcome::Registered && is_name_altered {
            let answer = shown(&world, at).await;
            assert_eq!(answer.subsidies[0].certification_name, record["certificationName"].as_str().unwrap());
            kept += 1;
        }
        if record.to_string().contains("\\u0000") {
            assert_eq!(result.outcome, Outcome::Rejected, "{record}");
        }
    }
    assert_eq!(kept, TEXTS.len() - 2, "all but those with a control character");
    untouched.assert(&world, "records").await;

    let files: Vec<SubjectRecord> = (1_000..)
        .zip(TEXTS.iter().filter(|text| !text.contains('\0')))
        .map(|(at, text)| SubjectRecord {
            certification_name: (*text).to_owned(),
            segment: Some((*text).to_owned()),
            ..person(at).record()
        })
        .collect();
    let file = write_csv(files.iter(), Encoding::Utf8).unwrap();
    let task: Task = office.send_csv(file).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!(task.registered + task.rejected, files.len() as u64);
    for (at, record) in (1_000..).zip(&files) {
        if let Some(subsidy) = shown(&world, at).await.subsidies.first() {
            assert_eq!(subsidy.certification_name, record.certification_name);
        }
    }
    untouched.assert(&world, "files").await;
}

/// Requests whose texts are no person's record.
fn bodies() -> Vec<(Door, Party, &'static str, Value)> {
    let (registration, osaka) = (Door::HubRegistration, Party::Municipality);
    let number = person(7).my_number;
    let eligibility = (Door::HubEligibility, Party::Eligibility);
    let portal = (Door::HubPortal, Party::Portal);
    vec![
        (registration, osaka, paths::SEARCH, json!({"myNumber": number})),
        (registration, osaka, paths::PERSON_ACTS, json!({"myNumber": number})),
        (
            registration,
            osaka,
            paths::DELIVERIES,
            json!({"from": "2026-10-01", "to": "2026-10-02", "myNumber": number}),
        ),
        (
            registration,
            osaka,
            paths::ERASURES,
            json!({
                "scope": "person", "myNumber": number, "reason": "moved-out", "document": "2026/1", "requestedBy": "sato"
            }),
        ),
        (
            registration,
            osaka,
            paths::LOGIN,
            json!({"institutionMasterId": "a", "userId": "b", "password": "c"}),
        ),
        (registration, osaka, paths::USERS, json!({"userId": "b", "name": "c"})),
        (
            registration,
            osaka,
            paths::OPERATION_REVIEWS,
            json!({"until": "2026-10-01", "finding": "nothing-unusual"}),
        ),
        (eligibility.0, eligibility.1, paths::EPOCHS, json!({"publicKey": "a"})),
        (
            eligibility.0,
            eligibility.1,
            paths::QUERIES,
            json!({
                "institutionCode": HOSPITAL, "linkageKey": "a", "consents": {"insurance": true, "subsidies": true}
            }),
        ),
        (portal.0, portal.1, paths::RECORDS, json!({"pmhPseudonym": "a"})),
        (portal.0, portal.1, paths::BINDINGS, json!({"pmhId": "a", "pmhPseudonym": "b"})),
    ]
}

#[track_caller]
fn assert_no_fault(answer: &Answer, what: &str) {
    assert!(answer.status.as_u16() < 500, "{what}: {answer:?}");
    assert_tells_of(&text(answer), &[]);
}

async fn a_text_in_any_other_request_is_refused_and_changes_nothing(place: &TestDatabase) {
    let world = registered(place).await;
    let untouched = Untouched::of(place).await;
    let tables = HubTables::open(place).await;
    let rows = async || {
        let mut rows = tables.rows().await;
        rows.remove("audit");
        rows
    };
    let before = rows().await;
    for (door, party, path, body) in bodies() {
        let name = if party == Party::Municipality { OSAKA } else { party.as_str() };
        let client = world.client(party, name, door);
        for body in altered(&body) {
            assert_no_fault(&post_json(&client, path, body.to_string()).await, &format!("{path} {body}"));
        }
    }
    for body in altered(&json!({"municipalityCode": OSAKA, "requestedBy": "operator-1"})) {
        let answer = world.post_plain(Door::HubAdmin, paths::ADMIN_AUDIT_EXPORT, &body).await;
        assert!(answer.status.is_client_error(), "{body}: {answer:?}");
    }
    for body in
        altered(&json!({"municipalityCode": OSAKA, "document": "2026/1", "carriedOutBy": "operator-1"}))
    {
        let answer = world.post_plain(Door::HubAdmin, paths::ADMIN_ERASURES, &body).await;
        assert!(answer.status.is_client_error(), "{body}: {answer:?}");
    }
    let key = json!({"partition": OSAKA, "area": "subsidy", "version": 1});
    for command in [
        json!({"rotate": {"partition": OSAKA, "area": "subsidy"}}),
        json!({"destroy": key}),
        json!({"shred": {"municipalityCode": OSAKA}}),
    ] {
        for body in altered(&command) {
            let answer = world.post_plain(Door::HubAdmin, paths::ADMIN_KEYS, &body).await;
            assert!(answer.status.is_client_error(), "{body}: {answer:?}");
        }
    }
    assert_eq!(rows().await, before);
    untouched.assert(&world, "bodies").await;
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

async fn a_text_in_a_path_a_query_string_or_a_header_is_refused_and_changes_nothing(place: &TestDatabase) {
    let world = registered(place).await;
    let untouched = Untouched::of(place).await;
    let hub = world.office(OSAKA).hub;
    let send = async |method: Method, path: String, headers: HeaderMap| -> Answer {
        hub.send(method, &path, headers, Body::empty()).await.unwrap().into()
    };
    for text in TEXTS {
        let text = percent_encoded(text);
        for path in [
            paths::task(&text),
            paths::task_cancellation(&text),
            paths::erasure(&text),
            paths::TASK_RESULTS.replace("{taskId}", &text),
            format!("{}?after={text}", paths::TASKS),
            format!("{}?status={text}&from={text}&to={text}&program={text}", paths::TASKS),
            format!("{}?after={text}", paths::HANDLING),
            format!("{}?after={text}", paths::OPERATIONS),
        ] {
            for method in [Method::GET, Method::POST] {
                let answer = send(method.clone(), path.clone(), HeaderMap::new()).await;
                assert!(answer.status.is_client_error(), "{method} {path}: {answer:?}");
                assert_no_fault(&answer, &path);
            }
        }
    }
    for text in TEXTS.into_iter().filter(|text| HeaderValue::from_str(text).is_ok()) {
        let named = HeaderName::from_static("x-pmh-file-name");
        for (name, value) in [
            (AUTHORIZATION, format!("Bearer {text}")),
            (named, text.to_owned()),
            (CONTENT_TYPE, text.to_owned()),
        ] {
            let answer = send(Method::POST, paths::FILES.to_owned(), header(name, &value)).await;
            assert_no_fault(&answer, &value);
        }
    }
    untouched.assert(&world, "paths").await;
}

for_each_store!(
    a_text_in_a_record_is_stored_as_it_is_or_refused,
    a_text_in_any_other_request_is_refused_and_changes_nothing,
    a_text_in_a_path_a_query_string_or_a_header_is_refused_and_changes_nothing,
);
