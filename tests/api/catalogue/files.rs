//! R: what is wrong with files and rows.

use pmh_domain::{IndividualNumber, Strictness};
use pmh_simulator::fixtures;
use pmh_wire::{Code, Encoding, RecordResult, Rules, SubjectRecord, Task, paths, write_csv};
use serde_json::{Value, json};

use super::Drawn;
use crate::support::answers::post;
use crate::support::people::{json as verbatim, person};
use crate::support::world::{OSAKA, World};
use crate::support::{Office, TestDatabase};

fn header() -> String {
    let file = write_csv(std::iter::empty(), Encoding::Utf8).unwrap();
    String::from_utf8(file).unwrap().trim_end().to_owned()
}

/// CSV files that are refused as a whole.
fn files() -> Vec<(Code, Vec<u8>)> {
    let header = header();
    vec![
        (Code::EmptyFile, Vec::new()),
        (Code::HeaderMissing, b"1,2\n".to_vec()),
        (Code::UnknownColumn, format!("{header},x\n").into()),
        (Code::ColumnMissing, "個人番号\n".into()),
        (Code::DuplicateColumn, format!("{header},氏名\n").into()),
        (Code::LineTooLong, format!("{header}\n{}", "x".repeat(65 * 1024)).into()),
        (Code::NotDecodable, b"\xff\xfe".to_vec()),
        (Code::UnclosedQuote, format!("{header}\n\"").into()),
        (Code::TooManyColumns, ",x".repeat(256).into()),
    ]
}

type Spoil = fn(&mut Value);

/// Rows of a JSON array, each of the same person, that the file of `fixtures` does not have.
const ROWS: [(Code, Spoil); 5] = [
    (Code::MemberMissing, |row| drop(row.as_object_mut().unwrap().remove("validTo"))),
    (Code::UnknownMember, |row| row["x"] = json!(1)),
    (Code::NotAnObject, |row| *row = json!(1)),
    (Code::CopaymentContradiction, |row| row["maxCopaymentAmount"] = json!({ "kind": "perDay" })),
    (Code::DuplicateRow, |_| {}),
];

/// Files one after the other, each of one row: what the last one draws.
fn histories() -> Vec<(Code, Vec<SubjectRecord>)> {
    let dated = |key: &str, from: &str, to: &str| SubjectRecord {
        history_key: key.to_owned(),
        valid_from: from.to_owned(),
        valid_to: to.to_owned(),
        ..person(2).record()
    };
    let deleted = |record: SubjectRecord| SubjectRecord { is_deleted: true, ..record };
    let newer = || dated("newer", "2026-04-01", "2027-03-31");
    vec![
        (Code::NothingToDelete, vec![deleted(newer())]),
        (Code::OutOfOrder, vec![newer(), dated("older", "2025-04-01", "2026-03-31")]),
        (Code::OverlappingPeriods, vec![dated("newest", "2027-03-31", "2027-03-31")]),
        (Code::LateRetraction, vec![deleted(newer())]),
    ]
}

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    for (code, file) in files() {
        drawn.refused(code, &office.send_csv(file).await);
    }
    drawn.refused(Code::MalformedJson, &office.send("[").await);
    drawn.refused(Code::NotAnArray, &office.send("{}").await);
    let kind = "text/csv; charset=utf-16";
    drawn.refused(Code::UnknownEncoding, &post(&office.hub, paths::FILES, kind, "").await);

    let task: Task = office.send_csv(fixtures::OSAKA_CHILD_FAULTY).await.json();
    let results = results(&office, task).await;
    let faulty = results.iter().filter(|result| !result.errors.is_empty());
    for (fault, result) in fixtures::osaka_faults().into_iter().zip(faulty) {
        drawn.told(fault.code, result);
    }

    let rows = ROWS.map(|(_, spoil)| {
        let mut row = serde_json::to_value(person(0).record()).unwrap();
        spoil(&mut row);
        row
    });
    let task: Task = office.send(json!(rows).to_string()).await.json();
    for ((code, _), result) in ROWS.iter().zip(self::results(&office, task).await) {
        drawn.told(*code, &result);
    }
    for (code, files) in histories() {
        let mut last = None;
        for record in files {
            let task = office.register(&[record]).await;
            last = office.results(&task.task_id).await.pop();
        }
        drawn.told(code, &last.unwrap());
    }
    let many: Vec<SubjectRecord> =
        (0..=256).map(|at| SubjectRecord { history_key: format!("K-{at}"), ..person(3).record() }).collect();
    let task = office.register(&many).await;
    drawn.told(Code::TooManyCertificates, office.results(&task.task_id).await.last().unwrap());
}

async fn results(office: &Office, task: Task) -> Vec<RecordResult> {
    let task = office.finished(&task.task_id).await;
    office.results(&task.task_id).await
}

/// What only a strict hub refuses, and what only one that takes real-looking numbers warns of.
pub(super) async fn draw_strictly(drawn: &mut Drawn, place: &TestDatabase) {
    let rules = Rules { strictness: Strictness::Strict, accept_real_looking: true };
    let world = World::hub_as(place, rules, pmh_hub::Options::default(), Vec::new()).await;
    let office = world.office(OSAKA);
    let good = || SubjectRecord {
        medical_subsidy_insurer_number: Some("54016027".to_owned()),
        medical_subsidy_recipient_number: Some("1234566".to_owned()),
        max_copayment_amount: Some(verbatim("{}")),
        ..person(0).record()
    };
    let text = |text: &str| Some(text.to_owned());
    let real = IndividualNumber::with_valid_check_digit(90_100_000_001).expose().to_owned();
    let rows = [
        (
            Code::PayerNumberCheckDigit,
            SubjectRecord { medical_subsidy_insurer_number: text("54016028"), ..good() },
        ),
        (
            Code::RecipientNumberCheckDigit,
            SubjectRecord { medical_subsidy_recipient_number: text("1234567"), ..good() },
        ),
        (
            Code::InstitutionCodeCheckDigit,
            SubjectRecord { institution_codes: Some(vec!["3410712363".to_owned()]), ..good() },
        ),
        (Code::LooksRealAccepted, SubjectRecord { my_number: real, ..good() }),
    ];
    for (code, record) in rows {
        let task: Task = office.send(json!([record]).to_string()).await.json();
        let results = until_applied(&office, &task.task_id).await;
        drawn.told(code, &results[0]);
    }
}

/// Nobody numbers anyone here, so no task ends.
async fn until_applied(office: &Office, task_id: &str) -> Vec<RecordResult> {
    crate::support::answers::until("a result", async || {
        Some(office.results(task_id).await).filter(|results| !results.is_empty())
    })
    .await
}
