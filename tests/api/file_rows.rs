//! Rows of one file that say the same, overlap, or come late or out of order: how they are told.

use pmh_wire::{Code, Encoding, Outcome, RecordResult, SubjectRecord, Task, write_csv};

use crate::support::answers::until;
use crate::support::people::{array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

/// Rows that fill a chunk and are refused, so that nothing but the line is left of them.
const CHUNK: usize = 250;

fn faulty() -> SubjectRecord {
    SubjectRecord { valid_to: "2026-02-30".to_owned(), ..person(11).record() }
}

async fn sent_as_csv(office: &Office, records: &[SubjectRecord]) -> (Task, Vec<RecordResult>) {
    let task: Task = office.send_csv(write_csv(records.iter(), Encoding::Utf8).unwrap()).await.json();
    let task = office.finished(&task.task_id).await;
    let results = office.results(&task.task_id).await;
    (task, results)
}

/// Outcome, and code and column of each error or warning.
fn told(result: &RecordResult) -> (Outcome, Vec<(&str, Option<u64>)>) {
    let problems = result.errors.iter().chain(&result.warnings);
    (result.outcome, problems.map(|problem| (problem.code.as_str(), problem.column)).collect())
}

async fn a_row_that_stands_twice_is_an_error_of_the_later_one_also_across_chunks(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let twice = SubjectRecord { segment: Some("二".to_owned()), ..person(0).record() };
    let refused = SubjectRecord { valid_to: "2026-02-30".to_owned(), ..person(1).record() };
    let mut records = vec![person(0).record(), refused];
    records.resize(2 * CHUNK, faulty());
    records[CHUNK - 1] = twice.clone();
    // In the second chunk and in the third one; the row that was refused before does not count.
    records[CHUNK] = twice.clone();
    records.extend([twice, person(1).record(), person(1).record(), person(2).record()]);
    let (task, results) = sent_as_csv(&world.office(OSAKA), &records).await;
    assert_eq!((task.registered, task.updated, task.unchanged), (3, 0, 0));
    let duplicate = (Outcome::Rejected, vec![(Code::DuplicateRow.as_str(), Some(21))]);
    for at in [CHUNK - 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 2] {
        assert_eq!(told(&results[at]), duplicate, "row {at}");
        assert_eq!(results[at].errors[0].field.as_deref(), Some("historyKey"));
    }
    for at in [0, 2 * CHUNK + 1, 2 * CHUNK + 3] {
        assert_eq!(told(&results[at]), (Outcome::Registered, vec![]), "row {at}");
    }
    until("the end of what is remembered of the file", async || {
        (tables.count("registration_row").await == 0).then_some(())
    })
    .await;
}

async fn a_row_is_the_same_by_person_program_type_and_history_key_in_its_own_file(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let text = |text: &str| text.to_owned();
    let one = person(0).record();
    let others = [
        one.clone(),
        person(1).record(),
        SubjectRecord { history_key: text("H-0001"), ..one.clone() },
        SubjectRecord { org_specific_certificate_type_id: text("OsakaOther"), ..one.clone() },
        SubjectRecord { program_id: Some(text("other")), ..one.clone() },
    ];
    let task = office.register(&others).await;
    assert_eq!((task.registered, task.rejected), (5, 0));
    // The program that a type stands for by default is the same one when it is named.
    let named = SubjectRecord { program_id: Some(text("OsakaChild")), ..one.clone() };
    let deletion = SubjectRecord { is_deleted: true, ..one.clone() };
    let task = office.register(&[one.clone(), named, deletion]).await;
    assert_eq!((task.unchanged, task.rejected), (1, 2));
    // Another file, and another municipality, know nothing of it.
    assert_eq!(office.register(std::slice::from_ref(&one)).await.unchanged, 1);
    assert_eq!(world.office(TOKYO).register(&[one]).await.registered, 1);
}

async fn a_row_refused_for_what_stands_in_the_partition_does_not_count(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let deletion = SubjectRecord { is_deleted: true, ..person(0).record() };
    let task: Task = office.send(array(&[deletion, person(0).record()])).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.rejected, task.registered), (1, 1));
    let results = office.results(&task.task_id).await;
    assert_eq!(results[0].errors[0].code, Code::NothingToDelete.as_str());
}

fn generation(history_key: &str, [valid_from, valid_to]: [&str; 2]) -> SubjectRecord {
    SubjectRecord {
        history_key: history_key.to_owned(),
        valid_from: valid_from.to_owned(),
        valid_to: valid_to.to_owned(),
        ..person(0).record()
    }
}

/// The world begins on 2026-10-01.
async fn overlaps_order_and_late_retractions_are_warnings_of_rows_that_are_taken(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let newer = generation("H-2", ["2026-10-01", "2027-09-30"]);
    let older = generation("H-1", ["2025-10-01", "2026-10-01"]);
    // 有効期間開始日 is the 19th column, 削除フラグ the 22nd.
    let (_, results) = sent_as_csv(&office, &[newer.clone(), older.clone()]).await;
    assert_eq!(told(&results[0]), (Outcome::Registered, vec![]));
    let both = [Code::OverlappingPeriods, Code::OutOfOrder].map(|code| (code.as_str(), Some(19)));
    assert_eq!(told(&results[1]), (Outcome::Registered, both.to_vec()));
    assert!(results[1].errors.is_empty());

    let deleted = |record: &SubjectRecord| SubjectRecord { is_deleted: true, ..record.clone() };
    let (_, results) = sent_as_csv(&office, &[deleted(&newer), deleted(&older)]).await;
    assert_eq!(told(&results[0]), (Outcome::Deleted, vec![]), "it begins today");
    let late = vec![(Code::LateRetraction.as_str(), Some(22))];
    assert_eq!(told(&results[1]), (Outcome::Deleted, late));
}

for_each_store!(
    a_row_that_stands_twice_is_an_error_of_the_later_one_also_across_chunks,
    a_row_is_the_same_by_person_program_type_and_history_key_in_its_own_file,
    a_row_refused_for_what_stands_in_the_partition_does_not_count,
    overlaps_order_and_late_retractions_are_warnings_of_rows_that_are_taken,
);
