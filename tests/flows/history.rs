//! Certificates over time: generations, deletions, a forced expiry, and people who moved.

use pmh_wire::{ClockCommand, EligibilityAnswer, Encoding, SubjectRecord, Subsidy, Task, write_csv};

use crate::support::oqs::Oqs;
use crate::support::people::{json, person};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

const DAY_MS: i64 = 86_400_000;

fn generation(at: &str, [valid_from, valid_to]: [&str; 2]) -> SubjectRecord {
    SubjectRecord {
        history_key: format!("H-{at}"),
        segment: Some(at.to_owned()),
        valid_from: valid_from.to_owned(),
        valid_to: valid_to.to_owned(),
        ..person(0).record()
    }
}

/// What a clinic is shown of the person of [`generation`].
async fn shown(world: &World, oqs: &Oqs) -> Vec<Subsidy> {
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies
}

async fn segments(world: &World, oqs: &Oqs) -> Vec<String> {
    shown(world, oqs).await.into_iter().map(|subsidy| subsidy.segment.unwrap()).collect()
}

/// Registered, updated, unchanged, deleted.
async fn counts(office: &Office, records: &[SubjectRecord]) -> [u64; 4] {
    let task = office.register(records).await;
    assert_eq!(task.rejected, 0, "{task:?}");
    [task.registered, task.updated, task.unchanged, task.deleted]
}

/// The world begins on 2026-10-01.
async fn differences_change_their_own_generation_and_no_other(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let lapsed = generation("1", ["2025-10-01", "2026-09-30"]);
    let current = generation("2", ["2026-10-01", "2027-09-30"]);
    let coming = generation("3", ["2027-10-01", "2028-09-30"]);
    assert_eq!(counts(&office, &[lapsed.clone(), current.clone()]).await, [2, 0, 0, 0]);
    let oqs = world.oqs("oqs").await;
    assert_eq!(segments(&world, &oqs).await, ["2"]);
    // The next difference: a generation more, one with another attribute, one as it was.
    let otherwise = SubjectRecord { attribute_key: Some("A-2".to_owned()), ..lapsed.clone() };
    assert_eq!(counts(&office, &[coming.clone(), otherwise, current.clone()]).await, [1, 1, 1, 0]);
    assert_eq!(segments(&world, &oqs).await, ["2"]);
    let stand = office.search(&person(0)).await.unwrap().certificates;
    assert_eq!(stand.len(), 3);

    let expired = SubjectRecord { forced_expiry_date: Some("2026-10-01".to_owned()), ..current.clone() };
    assert_eq!(counts(&office, std::slice::from_ref(&expired)).await, [0, 1, 0, 0]);
    assert!(shown(&world, &oqs).await.is_empty(), "強制失効日");
    assert_eq!(counts(&office, std::slice::from_ref(&current)).await, [0, 1, 0, 0]);
    assert_eq!(segments(&world, &oqs).await, ["2"], "the newest file is right");
    // Of what a deletion record says only the key counts.
    let deletion = SubjectRecord { is_deleted: true, segment: None, ..expired };
    assert_eq!(counts(&office, std::slice::from_ref(&deletion)).await, [0, 0, 0, 1]);
    assert_eq!(counts(&office, &[deletion]).await, [0, 0, 1, 0]);
    assert!(shown(&world, &oqs).await.is_empty(), "deleted");
    let stand = office.search(&person(0)).await.unwrap().certificates;
    let deleted: Vec<_> = stand.iter().map(|one| (one.history_key.as_str(), one.is_deleted)).collect();
    assert_eq!(deleted, [("H-1", false), ("H-2", true), ("H-3", false)]);
    assert_eq!(counts(&office, &[current]).await, [0, 1, 0, 0], "registered again");
    assert_eq!(segments(&world, &oqs).await, ["2"]);
    world.turn_clock(ClockCommand::AdvanceMs(365 * DAY_MS)).await;
    let oqs = oqs.renewed().await;
    assert_eq!(segments(&world, &oqs).await, ["3"], "on 2027-10-01 the next one");
}

/// The hub does not look across areas: who moved is answered for by both until the old one says otherwise.
async fn a_municipality_that_somebody_left_answers_until_its_own_record_ends(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    let dated =
        |at: &str, to| SubjectRecord { history_key: "H".to_owned(), ..generation(at, ["2026-04-01", to]) };
    let in_osaka = SubjectRecord { display_order: Some(2), ..dated("osaka", "2026-10-05") };
    let in_tokyo = SubjectRecord { display_order: Some(1), ..dated("tokyo", "2027-03-31") };
    counts(&osaka, std::slice::from_ref(&in_osaka)).await;
    let oqs = world.oqs("oqs").await;
    assert_eq!(segments(&world, &oqs).await, ["osaka"]);
    counts(&tokyo, std::slice::from_ref(&in_tokyo)).await;
    let both = shown(&world, &oqs).await;
    let codes: Vec<_> = both.iter().map(|subsidy| subsidy.municipality_code.as_str()).collect();
    assert_eq!(codes, [TOKYO, OSAKA], "in display order, each from its partition");
    // Its deletion record takes away its own, though key, type and history key are the same.
    let deleted = |record: &SubjectRecord| SubjectRecord { is_deleted: true, ..record.clone() };
    assert_eq!(counts(&osaka, &[deleted(&in_osaka)]).await, [0, 0, 0, 1]);
    assert_eq!(segments(&world, &oqs).await, ["tokyo"]);
    assert_eq!(counts(&osaka, &[in_osaka]).await, [0, 1, 0, 0]);
    assert_eq!(segments(&world, &oqs).await, ["tokyo", "osaka"]);
    world.turn_clock(ClockCommand::AdvanceMs(5 * DAY_MS)).await;
    let oqs = oqs.renewed().await;
    assert_eq!(segments(&world, &oqs).await, ["tokyo"], "on 2026-10-06, after its validTo");
}

/// Shapes of 自己負担上限, and of 券面 in an order that is not its display order.
const SHAPES: [(&str, &str); 9] = [
    (
        r#"{"limitId":"OC-500","kind":"perDay","perDay":500,"daysPerMonth":2,"perMonthPerson":2500,"pharmacyExempt":true}"#,
        r#"[{"displayOrder":2,"交付年月日":"2026-04-01"},{"displayOrder":1,"発行機関名":"大阪市","備考":""}]"#,
    ),
    (r#"{"kind":"perVisit","perVisit":200,"pharmacyExempt":true}"#, r#"[{"z":1,"a":2,"displayOrder":-1}]"#),
    (
        r#"{"kind":"rate","rateTenths":1,"perMonthPerson":5000}"#,
        r#"[{"番号":"0012"},{"番号":12},{"番号":1.50}]"#,
    ),
    (r#"{"rateTenths":2,"perMonthPerson":0}"#, "[]"),
    (
        r#"{"kind":"perMonth","perMonthFacility":600,"inpatient.perDay":500,"inpatient.daysPerMonth":7}"#,
        "[[1],null]",
    ),
    (
        r#"{"kind":"perMonth","perMonthFacility":800,"inpatient":{"perDay":500,"daysPerMonth":7}}"#,
        r#"["文"]"#,
    ),
    (r#"{"kind":"reimbursement","reimbursementOnly":true}"#, r#"[{"a":{"b":[1,{"c":null}]}}]"#),
    (r#"{"kind":"free"}"#, r#"[{"備考":"一行\n二行, \"引用\""}]"#),
    (
        r#"{"perDay":500,"perDayNote":"市独自","freeFromDay":3}"#,
        r#"[{"displayOrder":null,"有効期限":"令和9年"}]"#,
    ),
];

async fn limits_and_items_come_back_as_they_came_by_json_and_by_csv(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let records: Vec<SubjectRecord> = (0..)
        .zip(SHAPES)
        .map(|(at, (limit, detail))| SubjectRecord {
            max_copayment_amount: Some(json(limit)),
            certification_detail: json(detail),
            ..person(at).record()
        })
        .collect();
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    assert_eq!(counts(&osaka, &records).await, [9, 0, 0, 0]);
    // As one file, where not every value fits columns of its own, and each by itself, where more do.
    for files in [vec![records.as_slice()], records.chunks(1).collect()] {
        for records in files {
            let file = write_csv(records.iter(), Encoding::Cp932).unwrap();
            for office in [&osaka, &tokyo] {
                let task: Task = office.send_csv(file.clone()).await.json();
                let task = office.finished(&task.task_id).await;
                assert_eq!((task.rejected, task.updated), (0, 0));
            }
        }
    }
    let oqs = world.oqs("oqs").await;
    for (at, (limit, detail)) in (0..).zip(SHAPES) {
        let key = oqs.mint(&person(at).pmh_id(), world.now_ms().await);
        let seen = oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies;
        assert_eq!(seen.len(), 2, "{limit}");
        for subsidy in &seen {
            assert_eq!(subsidy.max_copayment_amount.as_ref().unwrap().as_str(), limit);
            assert_eq!(subsidy.certification_detail.as_str(), detail);
        }
        assert!(seen[0].copayment_texts().is_some(), "{limit}");
    }
}

for_each_store!(
    differences_change_their_own_generation_and_no_other,
    a_municipality_that_somebody_left_answers_until_its_own_record_ends,
    limits_and_items_come_back_as_they_came_by_json_and_by_csv,
);
