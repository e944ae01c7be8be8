//! The result never depends on how the bytes were cut, and a broken file is a problem wherever it breaks.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use super::*;
use crate::sample::{official, record, with};

/// All rows, and how the file ended.
fn read(bytes: &[u8], piece: usize) -> (Vec<Row>, Option<Problem>) {
    let mut reader = JsonArrayReader::new();
    let mut rows = Vec::new();
    for piece in bytes.chunks(piece) {
        match reader.push(piece) {
            Ok(more) => rows.extend(more),
            Err(problem) => return (rows, Some(problem)),
        }
    }
    match reader.finish() {
        Ok(more) => {
            rows.extend(more);
            (rows, None)
        }
        Err(problem) => (rows, Some(problem)),
    }
}

fn read_every_way(bytes: &[u8]) -> (Vec<Row>, Option<Problem>) {
    let at_once = read(bytes, usize::MAX);
    for piece in [1, 2, 3, 7, 64] {
        assert_eq!(read(bytes, piece), at_once, "in pieces of {piece}");
    }
    at_once
}

#[track_caller]
fn breaks(text: &str, code: Code, line: u64, column: u64) {
    let (_, problem) = read_every_way(text.as_bytes());
    assert_eq!(problem, Some(code.problem().at_line(line).at_column(column)), "{text}");
}

#[test]
fn records_and_refused_ones_come_in_order_however_the_bytes_are_cut() {
    let file =
        json!([official(), with("isDeleted", json!("x")), 7, "a]\"", [{}], with("historyKey", json!("h2"))]);
    for text in
        [file.to_string(), serde_json::to_string_pretty(&file).unwrap(), format!("\u{feff} {file} \r\n")]
    {
        let (rows, problem) = read_every_way(text.as_bytes());
        assert_eq!(problem, None);
        let expected = |line, code, field| Row::Rejected { line, history_key: field, faults: vec![code] };
        let not_boolean = crate::Fault::at(Code::NotBoolean, "isDeleted");
        let no_object = || crate::Fault::of(Code::NotAnObject);
        assert_eq!(
            rows[1..5],
            [
                expected(2, not_boolean, Some("history-1".to_owned())),
                expected(3, no_object(), None),
                expected(4, no_object(), None),
                expected(5, no_object(), None),
            ]
        );
        assert_eq!(rows.len(), 6);
        let Row::Record { line: 1, index: 0, record: first } = &rows[0] else { panic!("{:?}", rows[0]) };
        assert_eq!(first.my_number, record(&official()).my_number);
        let Row::Record { line: 6, index: 5, record: last } = &rows[5] else { panic!("{:?}", rows[5]) };
        assert_eq!(last.history_key, "h2");
    }
}

#[test]
fn an_empty_array_is_no_fault_and_an_empty_file_is_one() {
    assert_eq!(read_every_way(b" [ ] "), (vec![], None));
    for text in ["", "  \r\n\t", "\u{feff}"] {
        assert_eq!(read_every_way(text.as_bytes()), (vec![], Some(Code::EmptyFile.problem())));
    }
}

#[test]
fn what_is_no_array_is_told_apart_from_what_is_no_json() {
    breaks(r#"{"a":1}"#, Code::NotAnArray, 1, 1);
    breaks("\n \"x\"", Code::NotAnArray, 2, 2);
    breaks("個人番号,氏名", Code::MalformedJson, 1, 1);
    breaks("\u{feff}{}", Code::NotAnArray, 1, 1);
}

#[test]
fn a_break_anywhere_is_found_with_line_and_column() {
    breaks("[", Code::MalformedJson, 1, 2);
    breaks("[1,]", Code::MalformedJson, 1, 4);
    breaks("[,1]", Code::MalformedJson, 1, 2);
    breaks("[1 2]", Code::MalformedJson, 1, 4);
    breaks("[1}", Code::MalformedJson, 1, 3);
    breaks("[tru]", Code::MalformedJson, 1, 4);
    breaks("[\"髙橋\" x]", Code::MalformedJson, 1, 7);
    breaks("[{\"氏\":\n \"名\" \"a\"}]", Code::MalformedJson, 2, 6);
    breaks("[{\"a\":1]}", Code::MalformedJson, 1, 8);
    breaks("[{\"a\":1}", Code::MalformedJson, 1, 9);
    breaks("[{\"a\":\"\u{1}\"}]", Code::MalformedJson, 1, 8);
    breaks("[]x", Code::MalformedJson, 1, 3);
    breaks("[][]", Code::MalformedJson, 1, 3);
}

#[test]
fn a_break_in_the_last_byte_of_a_good_file_is_found() {
    let good = serde_json::to_string_pretty(&json!([official(), official()])).unwrap();
    let (rows, problem) = read_every_way(good.as_bytes());
    assert_eq!((rows.len(), problem), (2, None));
    for last in [&b"}"[..], b"", b"]]", b"],", b"]\0"] {
        let mut bad = good.as_bytes()[..good.len() - 1].to_vec();
        bad.extend_from_slice(last);
        let (_, problem) = read_every_way(&bad);
        assert_eq!(problem.unwrap().known_code(), Some(Code::MalformedJson), "{last:?}");
    }
}

#[test]
fn every_truncation_is_found() {
    let good = json!([official()]).to_string();
    for length in 1..good.len() {
        let (_, problem) = read(&good.as_bytes()[..length], usize::MAX);
        assert_eq!(problem.unwrap().known_code(), Some(Code::MalformedJson), "{length}");
    }
}

proptest! {
    #[test]
    fn it_takes_exactly_what_serde_json_takes(
        tokens in vec(select(vec!["[", "]", "{", "}", ",", ":", "\"", "\"a\"", "\\", "1", "-", "true", " ", "\n", "氏", "\u{1}"]), 0..12),
        wrapped in any::<bool>(),
        piece in 1_usize..5,
    ) {
        let text = tokens.concat();
        let text = if wrapped { format!("[{text}]") } else { text };
        let (rows, problem) = read(text.as_bytes(), piece);
        prop_assert_eq!(&read(text.as_bytes(), usize::MAX), &(rows.clone(), problem.clone()));
        match serde_json::from_str::<Vec<&RawValue>>(&text) {
            Ok(elements) => prop_assert_eq!((rows.len(), problem), (elements.len(), None)),
            Err(_) => prop_assert!(problem.is_some(), "{}", text),
        }
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_no_text() {
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(r#"[1,{"a":"氏名"}]"#);
    let (rows, problem) = read_every_way(&cp932);
    assert_eq!(rows.len(), 1);
    assert_eq!(problem, Some(Code::NotDecodable.problem().at_line(1).at_column(10)));
    assert_eq!(read_every_way(b"\xef\xbbX[]").1.unwrap().known_code(), Some(Code::NotDecodable));
}

#[test]
fn after_a_problem_there_are_no_more_rows() {
    let mut reader = JsonArrayReader::new();
    assert_eq!(reader.push(b"[1,2 3").unwrap().len(), 2);
    let problem = reader.push(b",4]").unwrap_err();
    assert_eq!(reader.push(b"[5]").unwrap_err(), problem);
    assert_eq!(reader.finish().unwrap_err(), problem);
}

#[test]
fn an_element_has_64_kib_and_no_byte_more() {
    let element = |length: usize| format!("[\"{}\"]", "a".repeat(length - 2));
    assert_eq!(read_every_way(element(LINE_BYTES_MAX).as_bytes()).1, None);
    breaks(&element(LINE_BYTES_MAX + 1), Code::LineTooLong, 1, 2);
    breaks(&format!("[\n {}", "[".repeat(LINE_BYTES_MAX + 1)), Code::LineTooLong, 2, 2);
}

#[test]
fn a_large_file_is_read_in_constant_memory() {
    let element = with("basicFiveInfo.address", json!("町".repeat(300))).to_string() + ",\n";
    let mut reader = JsonArrayReader::new();
    reader.push(b"[").unwrap();
    let mut records = 0;
    let mut capacity = 0;
    for round in 0..4_000 {
        for piece in element.as_bytes().chunks(1_000) {
            records += reader.push(piece).unwrap().len();
        }
        capacity = if round < 2 { reader.element.capacity() } else { capacity };
    }
    assert_eq!(records, 4_000);
    assert_eq!(reader.element.capacity(), capacity);
    assert!(capacity < 2 * element.len());
}
