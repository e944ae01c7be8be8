//! `POST /registration/v1/files`: the same records as CSV.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use pmh_wire::{Code, Encoding, Outcome, SubjectRecord, Task, paths, write_csv};

use crate::support::answers::{Answer, header, post};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{Office, TestDatabase, for_each_store};

/// A file of these people.
fn file(people: std::ops::Range<u64>, encoding: Encoding) -> Vec<u8> {
    let records: Vec<SubjectRecord> = people.map(|at| person(at).record()).collect();
    write_csv(records.iter(), encoding).unwrap()
}

fn text(people: std::ops::Range<u64>) -> String {
    String::from_utf8(file(people, Encoding::Utf8)).unwrap()
}

/// The file with the first `from` replaced, which must be there.
fn replaced(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = file.windows(from.len()).position(|bytes| bytes == from).unwrap();
    [&file[..at], to, &file[at + from.len()..]].concat()
}

async fn send_as(office: &Office, charset: &'static str, body: Vec<u8>) -> Answer {
    post(&office.hub, paths::FILES, charset, body).await
}

/// A file, and the code, the column and the member that it must draw.
type Case = (Vec<u8>, Code, Option<u64>, Option<&'static str>);

async fn a_file_that_cannot_be_read_is_refused_as_a_whole(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let office = world.office(OSAKA);
    let good = text(0..2);
    let (header, rows) = good.split_once("\r\n").unwrap();
    let columns = header.split(',').count() as u64;
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [Case; 14] = [
        (Vec::new(), Code::EmptyFile, None, None),
        ("\u{feff}".into(), Code::EmptyFile, None, None),
        (b"\r\n\r\n".to_vec(), Code::EmptyFile, None, None),
        (rows.into(), Code::HeaderMissing, None, None),
        (format!("{header},住民番号\r\n{rows}").into(), Code::UnknownColumn, Some(columns + 1), None),
        (
            format!("{header},surname\r\n{rows}").into(),
            Code::UnknownColumn,
            Some(columns + 1),
            Some("surname"),
        ),
        (
            format!("{header},氏名\r\n{rows}").into(),
            Code::DuplicateColumn,
            Some(columns + 1),
            Some("basicFiveInfo.name"),
        ),
        (good.replacen(",履歴キー", "", 1).into(), Code::ColumnMissing, None, Some("historyKey")),
        (good.replacen("個人番号,", "", 1).into(), Code::ColumnMissing, None, Some("myNumber")),
        (",x".repeat(256).into(), Code::TooManyColumns, None, None),
        (utf_16, Code::NotDecodable, None, None),
        (replaced(good.as_bytes(), "氏名".as_bytes(), b"\x81\xff"), Code::NotDecodable, None, None),
        (format!("{good}\"").into(), Code::UnclosedQuote, None, None),
        (good.replacen("シケン", "\"シケン", 1).into(), Code::UnclosedQuote, None, None),
    ];
    for (body, code, column, field) in cases {
        let what = String::from_utf8_lossy(&body).into_owned();
        let answer = office.send_csv(body).await;
        answer.assert_refused(code, &what);
        let problem = answer.problem();
        assert_eq!((problem.column, problem.field.as_deref()), (column, field), "{what}");
        assert_eq!(tables.rows().await, before, "{what}");
    }
    assert!(office.tasks().await.is_empty());
}

async fn a_kind_encoding_or_name_that_is_none_is_refused(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let office = world.office(OSAKA);
    let kinds = [
        ("application/json", Code::UnsupportedMediaType),
        ("text/csv; charset=utf-16", Code::UnknownEncoding),
        ("text/csv; charset=shift_jis", Code::NotDecodable),
    ];
    for (kind, code) in kinds {
        send_as(&office, kind, file(0..1, Encoding::Utf8)).await.assert_refused(code, kind);
    }
    send_as(&office, "text/csv; charset=utf-8", file(0..1, Encoding::Cp932))
        .await
        .assert_refused(Code::NotDecodable, "CP932 that says UTF-8");
    for name in ["", "a%0ab.csv", "%e3%81", "%zz", &"a".repeat(256)] {
        let mut headers = header("x-pmh-file-name".parse().unwrap(), name);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv"));
        let body = file(0..1, Encoding::Utf8).into();
        let answer: Answer =
            office.hub.send(http::Method::POST, paths::FILES, headers, body).await.unwrap().into();
        answer.assert_refused(Code::InvalidMember, name);
    }
    assert_eq!(tables.rows().await, before);
}

/// Each row is that of a person of its own, with something in it replaced.
fn faulty() -> Vec<(&'static str, Vec<u8>, Code, Option<&'static str>)> {
    let dated = "2027-03-31";
    vec![
        ("シケン", b"\xe3\x82".to_vec(), Code::UndecodableBytes, Some("basicFiveInfo.nameKana")),
        ("試験", "試\u{e000}".into(), Code::Gaiji, Some("basicFiveInfo.name")),
        ("試験", b"\0".to_vec(), Code::NulCharacter, Some("basicFiveInfo.name")),
        ("901000000", b"9901000000".to_vec(), Code::IndividualNumberLength, Some("myNumber")),
        (dated, b"2027-02-29".to_vec(), Code::NoSuchDate, Some("validTo")),
        (dated, b"2026-03-31".to_vec(), Code::ValidityBackwards, Some("validTo")),
        ("こども医療証", "証".repeat(101).into(), Code::TooLong, Some("certificationName")),
        ("OsakaChild", b"".to_vec(), Code::Empty, Some("orgSpecificCertificateTypeId")),
        ("OsakaChild", b"Osaka,Child".to_vec(), Code::ColumnCount, None),
    ]
}

async fn a_faulty_row_is_rejected_by_its_code_and_nothing_of_it_is_stored(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let count = faulty().len() as u64;
    let good = text(0..count + 1);
    let mut lines = good.lines();
    let mut body = [lines.next().unwrap().as_bytes(), b"\n"].concat();
    for ((from, to, ..), line) in faulty().into_iter().zip(lines.by_ref()) {
        body.extend([replaced(line.as_bytes(), from.as_bytes(), &to), b"\n".to_vec()].concat());
    }
    // The last row has no line end.
    body.extend(lines.next().unwrap().as_bytes());
    let task: Task = office.send_csv(body).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.received, task.rejected, task.registered), (count + 1, count, 1));
    let results = office.results(&task.task_id).await;
    for (at, (result, (_, _, code, field))) in results.iter().zip(faulty()).enumerate() {
        let drawn: Vec<_> =
            result.errors.iter().map(|error| (error.code.as_str(), error.field.as_deref())).collect();
        assert_eq!((result.line, drawn), (at as u64 + 2, vec![(code.as_str(), field)]));
    }
    assert_eq!(results[0].errors[0].column, Some(4), "the kana stand in the fourth column");
    let rows = HubTables::open(place).await.rows().await;
    for table in ["person", "certificate", "answer", "route"] {
        assert_eq!(rows[table], 1, "{table}");
    }
}

async fn the_same_rows_in_every_encoding_are_unchanged(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let first: Task = office.send_csv(file(0..3, Encoding::Utf8)).await.json();
    assert_eq!(office.finished(&first.task_id).await.registered, 3);
    for encoding in [Encoding::Utf8Bom, Encoding::Cp932] {
        let again: Task = office.send_csv(file(0..3, encoding)).await.json();
        let again = office.finished(&again.task_id).await;
        assert_eq!((again.unchanged, again.rejected), (3, 0), "{encoding:?}");
    }
}

async fn a_private_use_character_of_cp932_is_named_by_line_and_column(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    // 試 in CP932, and the first of its private-use characters.
    let body = replaced(&file(0..2, Encoding::Cp932), b"\x8e\x8e", b"\xf0\x40");
    let task: Task = office.send_csv(body).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.rejected, task.registered), (1, 1));
    let results = office.results(&task.task_id).await;
    let error = &results[0].errors[0];
    assert_eq!((results[0].line, results[0].outcome), (2, Outcome::Rejected));
    assert_eq!((error.code.as_str(), error.column), (Code::Gaiji.as_str(), Some(3)));
}

async fn a_header_alone_is_a_task_without_rows(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let task: Task = office.send_csv(file(0..0, Encoding::Utf8)).await.json();
    assert_eq!(office.finished(&task.task_id).await.received, 0);
}

for_each_store!(
    a_file_that_cannot_be_read_is_refused_as_a_whole,
    a_kind_encoding_or_name_that_is_none_is_refused,
    a_faulty_row_is_rejected_by_its_code_and_nothing_of_it_is_stored,
    the_same_rows_in_every_encoding_are_unchanged,
    a_private_use_character_of_cp932_is_named_by_line_and_column,
    a_header_alone_is_a_task_without_rows,
);
