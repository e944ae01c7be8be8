//! `POST /registration/v1/subjects`: the published JSON array.

use pmh_wire::{Code, Outcome, RecordResult, SubjectRecord, Task};
use serde_json::{Value, json};

use crate::support::answers::post;
use crate::support::people::{array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// Rows of which the first thousand are stored before the body ends.
const MORE_THAN_A_CHUNK: usize = 1_001;

async fn a_body_that_is_no_array_is_refused_as_a_whole(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let office = world.office(OSAKA);
    let good = String::from_utf8(array(&[person(0).record()])).unwrap();
    let cut = &good[..good.len() - 1];
    let cases: [(Vec<u8>, Code); 15] = [
        (Vec::new(), Code::EmptyFile),
        (b" \r\n\t".to_vec(), Code::EmptyFile),
        ("\u{feff}".into(), Code::EmptyFile),
        (b"{}".to_vec(), Code::NotAnArray),
        (b"null".to_vec(), Code::NotAnArray),
        (good[1..cut.len()].into(), Code::NotAnArray),
        (b"xml".to_vec(), Code::MalformedJson),
        (b"[".to_vec(), Code::MalformedJson),
        (cut.into(), Code::MalformedJson),
        (format!("{cut},]").into(), Code::MalformedJson),
        (format!("{cut}}}").into(), Code::MalformedJson),
        (format!("{good}]").into(), Code::MalformedJson),
        (good.replacen(':', ";", 1).into(), Code::MalformedJson),
        (good.replacen("試験", "試\n験", 1).into(), Code::MalformedJson),
        (format!("{good}\u{feff}").into(), Code::MalformedJson),
    ];
    for (body, code) in cases {
        let what = String::from_utf8_lossy(&body).into_owned();
        office.send(body).await.assert_refused(code, &what);
        assert_eq!(tables.rows().await, before, "{what}");
    }
    assert!(office.tasks().await.is_empty());
}

async fn a_body_in_another_encoding_is_refused(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let mut body = array(&[person(0).record()]);
    let at = body.windows(3).position(|bytes| bytes == "試".as_bytes()).unwrap();
    // 試 in Shift_JIS.
    body.splice(at..at + 3, *b"\x8e\x8e");
    let answer = office.send(body).await;
    answer.assert_refused(Code::NotDecodable, "Shift_JIS");
    assert_eq!(answer.problem().line, Some(1));
    assert_eq!(tables.rows().await, before);
    for kind in ["text/csv", "text/plain", "application/xml"] {
        let answer = post(&office.hub, pmh_wire::paths::SUBJECTS, kind, array(&[person(0).record()])).await;
        answer.assert_refused(Code::UnsupportedMediaType, kind);
    }
    assert_eq!(tables.rows().await, before);
}

async fn a_body_that_breaks_in_its_last_byte_leaves_none_of_its_rows(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let office = world.office(OSAKA);
    let records: Vec<SubjectRecord> = vec![person(0).record(); MORE_THAN_A_CHUNK];
    let mut body = array(&records);
    *body.last_mut().unwrap() = b'}';
    let length = String::from_utf8(body.clone()).unwrap().chars().count();
    let answer = office.send(body).await;
    answer.assert_refused(Code::MalformedJson, "the last byte");
    let problem = answer.problem();
    assert_eq!((problem.line, problem.column), (Some(1), Some(length as u64)));
    assert_eq!(tables.rows().await, before);
    assert!(office.tasks().await.is_empty());
}

/// A record like the good one, but for one member.
fn with(member: &str, value: Value) -> String {
    changed(|record| record[member] = value)
}

fn with_name(value: Value) -> String {
    changed(|record| record["basicFiveInfo"]["name"] = value)
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut record = serde_json::to_value(person(1).record()).unwrap();
    change(&mut record);
    record.to_string()
}

fn without(member: &str) -> String {
    changed(|record| {
        record.as_object_mut().unwrap().remove(member).unwrap();
    })
}

/// Records, and the code and the member at fault that each must draw.
fn faulty() -> Vec<(String, Code, Option<&'static str>)> {
    let twice = without("historyKey").replacen('{', r#"{"historyKey":"a","historyKey":"b","#, 1);
    let lone = with_name(json!("SURROGATE")).replace("SURROGATE", r"\ud800");
    let number = person(1).my_number;
    vec![
        (with("validFrom", json!(20_260_401)), Code::WrongType, Some("validFrom")),
        (with("myNumber", json!(null)), Code::WrongType, Some("myNumber")),
        (with("certificationDetail", json!({})), Code::WrongType, Some("certificationDetail")),
        (with("basicFiveInfo", json!([])), Code::NotAnObject, Some("basicFiveInfo")),
        (with("isDeleted", json!("false")), Code::NotBoolean, Some("isDeleted")),
        (without("certificationName"), Code::MemberMissing, Some("certificationName")),
        (without("basicFiveInfo"), Code::MemberMissing, Some("basicFiveInfo")),
        (with("certificationName", json!("証".repeat(101))), Code::TooLong, Some("certificationName")),
        (with("historyKey", json!("k".repeat(101))), Code::TooLong, Some("historyKey")),
        (with("surname", json!("試験")), Code::UnknownMember, Some("surname")),
        (with("試験　1号", json!("1")), Code::UnknownMember, None),
        (with("myNumber", json!(format!("{number}0"))), Code::IndividualNumberLength, Some("myNumber")),
        (with("myNumber", json!("90010000000x")), Code::IndividualNumberCharacters, Some("myNumber")),
        (with_name(json!("試験\u{0}1号")), Code::NulCharacter, Some("basicFiveInfo.name")),
        (with_name(json!("試験\u{7}1号")), Code::ControlCharacter, Some("basicFiveInfo.name")),
        (with_name(json!("試\u{e000}1号")), Code::Gaiji, Some("basicFiveInfo.name")),
        (with("validTo", json!("2027-02-29")), Code::NoSuchDate, Some("validTo")),
        (with("validTo", json!("2027/02/28")), Code::DateForm, Some("validTo")),
        (with("validTo", json!("2026-03-31")), Code::ValidityBackwards, Some("validTo")),
        (with("municipalityCode", json!("130001")), Code::OtherMunicipality, Some("municipalityCode")),
        (with("isDeleted", json!(true)), Code::NothingToDelete, Some("historyKey")),
        (twice, Code::DuplicateMember, Some("historyKey")),
        (lone, Code::BrokenText, Some("basicFiveInfo.name")),
        ("7".to_owned(), Code::NotAnObject, None),
    ]
}

async fn a_faulty_record_is_rejected_by_its_code_and_nothing_of_it_is_stored(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let mut records: Vec<String> = faulty().into_iter().map(|(record, ..)| record).collect();
    records.push(serde_json::to_string(&person(0).record()).unwrap());
    let task: Task = office.send(format!("[{}]", records.join(","))).await.json();
    let task = office.finished(&task.task_id).await;
    let rejected = faulty().len();
    assert_eq!((task.received, task.rejected, task.registered), (rejected as u64 + 1, rejected as u64, 1));
    let results = office.results(&task.task_id).await;
    for (result, (record, code, field)) in results.iter().zip(faulty()) {
        let drawn: Vec<_> =
            result.errors.iter().map(|error| (error.code.as_str(), error.field.as_deref())).collect();
        assert_eq!((result.outcome, drawn), (Outcome::Rejected, vec![(code.as_str(), field)]), "{record}");
    }
    assert_eq!(results.last().unwrap().outcome, Outcome::Registered);
    assert_nothing_is_repeated(&results);
    assert_eq!(office.search(&person(1)).await, None);
    let rows = HubTables::open(place).await.rows().await;
    for table in ["person", "certificate", "answer", "route"] {
        assert_eq!(rows[table], 1, "{table}");
    }
    assert_eq!(rows["registration_chunk"], 0);
}

/// Texts of the faults hold no value of the records.
fn assert_nothing_is_repeated(results: &[RecordResult]) {
    let text = serde_json::to_string(results).unwrap();
    for value in ["試験", "9001000", "天神橋", "2027-02-29"] {
        assert!(!text.contains(value), "{value}");
    }
}

async fn an_array_without_records_is_a_task_without_rows(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let task: Task = office.send("[]").await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.received, task.rejected), (0, 0));
    assert!(office.results(&task.task_id).await.is_empty());
}

async fn a_number_that_somebody_may_have_is_refused(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let real = pmh_domain::IndividualNumber::with_valid_check_digit(90_100_000_001);
    let record = SubjectRecord { my_number: real.expose().to_owned(), ..person(1).record() };
    let task = office.register(&[record]).await;
    let results = office.results(&task.task_id).await;
    assert_eq!(results[0].errors[0].code, Code::LooksReal.as_str());
    assert_eq!(HubTables::open(place).await.count("person").await, 0);
}

for_each_store!(
    a_body_that_is_no_array_is_refused_as_a_whole,
    a_body_in_another_encoding_is_refused,
    a_body_that_breaks_in_its_last_byte_leaves_none_of_its_rows,
    a_faulty_record_is_rejected_by_its_code_and_nothing_of_it_is_stored,
    an_array_without_records_is_a_task_without_rows,
    a_number_that_somebody_may_have_is_refused,
);
