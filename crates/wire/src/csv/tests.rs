//! Files as municipalities send them, good and bad, in three encodings and cut anywhere.

use encoding_rs::SHIFT_JIS;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use super::*;
use crate::{
    Code, Encoding, LINE_BYTES_MAX, Problem, Row, Rules, SubjectRecord,
    registration::members::MEMBERS,
    sample::{official, record, with},
};

const HEADER: &str = "機関別受給者証種別ID,個人番号,氏名,氏名カナ,住所,生年月日,性別,不開示フラグ,受給者証名,\
    常に償還払い,有効期間開始日,有効期間終了日,履歴キー,削除フラグ";
const LINE: &str = "certificate01,210987654321,髙橋 花子,タカハシ ハナコ,大阪市北区,2018-04-02,2,0,こども医療証,\
    0,2025-04-01,2026-03-31,history-1,false";

fn read_as(bytes: &[u8], encoding: Option<Encoding>, piece: usize) -> (Vec<Row>, Option<Problem>) {
    let mut reader = CsvReader::new(encoding);
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

/// At once, byte by byte and in pieces that cut lines and characters: always the same.
fn read(bytes: &[u8]) -> (Vec<Row>, Option<Problem>) {
    let at_once = read_as(bytes, None, usize::MAX);
    for piece in [1, 2, 5, 64] {
        assert_eq!(read_as(bytes, None, piece), at_once, "in pieces of {piece}");
    }
    at_once
}

fn good(bytes: &[u8]) -> Vec<SubjectRecord> {
    let (rows, problem) = read(bytes);
    assert_eq!(problem, None);
    rows.into_iter()
        .map(|row| match row {
            Row::Record { record, .. } => *record,
            refused @ Row::Rejected { .. } => panic!("{refused:?}"),
        })
        .collect()
}

/// The faults of the one refused row of a file: code, field, column.
#[track_caller]
fn refused(bytes: &[u8]) -> Vec<(Code, String, Option<u64>)> {
    let (rows, problem) = read(bytes);
    assert_eq!(problem, None);
    let [Row::Rejected { line: 2, faults, .. }] = rows.as_slice() else { panic!("{rows:?}") };
    let field = |fault: &crate::Fault| fault.field.as_deref().unwrap_or("").to_owned();
    faults.iter().map(|fault| (fault.code, field(fault), fault.column)).collect()
}

#[track_caller]
fn whole_file(text: &[u8], code: Code, line: Option<u64>, column: Option<u64>, field: Option<&str>) {
    let problem = read(text).1.unwrap();
    let found = (problem.known_code(), problem.line, problem.column, problem.field.as_deref());
    assert_eq!(found, (Some(code), line, column, field));
}

fn cp932(text: &str) -> Vec<u8> {
    SHIFT_JIS.encode(text).0.into_owned()
}

#[test]
fn a_plain_file_is_read_in_every_encoding_with_either_line_end_and_without_a_last_one() {
    for end in ["\n", "\r\n", "\r"] {
        for last in ["", end] {
            let text = [HEADER, LINE, LINE].join(end) + last;
            for bytes in [text.clone().into_bytes(), format!("\u{feff}{text}").into_bytes(), cp932(&text)] {
                let (rows, problem) = read(&bytes);
                assert_eq!(problem, None);
                let [Row::Record { line: 2, index: 0, record }, Row::Record { line: 3, index: 1, .. }] =
                    &rows[..]
                else {
                    panic!("{rows:?}")
                };
                assert_eq!(record.basic_five_info.name, "髙橋 花子");
                assert_eq!(record.certification_detail.as_str(), "[]");
            }
        }
    }
}

#[test]
fn the_encoding_is_found_out() {
    let japanese = [HEADER, LINE].join("\n");
    let names: Vec<_> = MEMBERS.iter().map(|member| (member.heading, member.name)).collect();
    let heading = |text: &str| names.iter().find(|(heading, _)| *heading == text).unwrap().1;
    let english = HEADER.split(',').map(heading).collect::<Vec<_>>().join(",");
    let ascii_line = LINE.replace("髙橋 花子", "x").replace("タカハシ ハナコ", "x");
    let ascii_line = ascii_line.replace("大阪市北区", "x").replace("こども医療証", "x");
    let english = [&english, &ascii_line, LINE].map(String::from).join("\n");
    for (bytes, encoding) in [
        (japanese.clone().into_bytes(), Encoding::Utf8),
        (format!("\u{feff}{japanese}").into_bytes(), Encoding::Utf8Bom),
        (cp932(&japanese), Encoding::Cp932),
        (english.clone().into_bytes(), Encoding::Utf8),
        (cp932(&english), Encoding::Cp932),
    ] {
        let mut reader = CsvReader::new(None);
        assert_eq!(reader.encoding(), None);
        let mut rows = reader.push(&bytes).unwrap();
        rows.extend(reader.push(b"\n").unwrap());
        assert_eq!(reader.encoding(), Some(encoding));
        assert_eq!(reader.columns().of("basicFiveInfo.name"), Some(3));
        let Some(Row::Record { record, .. }) = rows.last() else { panic!("{rows:?}") };
        assert_eq!(record.basic_five_info.name, "髙橋 花子");
    }
}

#[test]
fn a_declared_encoding_that_is_not_the_file_s_is_refused() {
    let text = [HEADER, LINE].join("\n");
    for (bytes, declared) in [
        (text.clone().into_bytes(), Encoding::Cp932),
        (format!("\u{feff}{text}").into_bytes(), Encoding::Cp932),
        (cp932(&text), Encoding::Utf8),
        (cp932(&text), Encoding::Utf8Bom),
    ] {
        let problem = read_as(&bytes, Some(declared), usize::MAX).1.unwrap();
        assert_eq!(problem.known_code(), Some(Code::NotDecodable), "{declared}");
    }
    for declared in [Encoding::Utf8, Encoding::Utf8Bom] {
        for bytes in [text.clone(), format!("\u{feff}{text}")] {
            assert_eq!(read_as(bytes.as_bytes(), Some(declared), 1).1, None);
        }
    }
    assert_eq!(read_as(&cp932(&text), Some(Encoding::Cp932), 1).1, None);
}

#[test]
fn second_bytes_that_look_like_ascii_do_not_cut_a_field() {
    // The second bytes of these in CP932 are \ { | } ~ @ [ ] ^ _ ` and letters.
    let name = "ソ表能予申構貼十－ァＡＢボマミムモ欺圭掘畚";
    let line = LINE.replace("髙橋 花子", name);
    let trails: Vec<u8> = cp932(name).chunks(2).map(|pair| pair[1]).collect();
    assert!(trails.contains(&b'\\') && trails.contains(&b'|') && trails.contains(&b'{'));
    let records = good(&cp932(&[HEADER, &line].join("\n")));
    assert_eq!(records[0].basic_five_info.name, name);
}

#[test]
fn quoted_fields_hold_commas_quotes_and_lines_and_lines_go_on_being_counted() {
    let line = LINE.replace("大阪市北区", "\"大阪市,\"\"北区\"\"\r\n中之島\"");
    let text = format!("\r\n\n{HEADER}\r\n\r\n{line}\r\n\n{LINE}");
    let (rows, problem) = read(text.as_bytes());
    assert_eq!(problem, None);
    let [Row::Record { line: 5, record, .. }, Row::Record { line: 8, .. }] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(record.basic_five_info.address, "大阪市,\"北区\"\r\n中之島");
}

#[test]
fn an_empty_file_is_refused_and_a_header_alone_is_none() {
    for text in ["", "\n", "\r\n\r\n", "\u{feff}", "\u{feff}\n"] {
        whole_file(text.as_bytes(), Code::EmptyFile, None, None, None);
    }
    assert_eq!(read(HEADER.as_bytes()), (vec![], None));
}

#[test]
fn a_faulty_header_refuses_the_file() {
    whole_file(LINE.as_bytes(), Code::HeaderMissing, Some(1), None, None);
    whole_file(format!("{HEADER},備考\n").as_bytes(), Code::UnknownColumn, Some(1), Some(15), None);
    whole_file(
        format!("{HEADER},remark\n").as_bytes(),
        Code::UnknownColumn,
        Some(1),
        Some(15),
        Some("remark"),
    );
    whole_file(format!("{HEADER},\n").as_bytes(), Code::UnknownColumn, Some(1), Some(15), None);
    whole_file(format!("{HEADER},券面.0.x\n").as_bytes(), Code::UnknownColumn, Some(1), Some(15), None);
    let twice = Some("myNumber");
    whole_file(format!("{HEADER},個人番号\n").as_bytes(), Code::DuplicateColumn, Some(1), Some(15), twice);
    whole_file(format!("\n{HEADER},myNumber\n").as_bytes(), Code::DuplicateColumn, Some(2), Some(15), twice);
    let detail = Some("certificationDetail");
    whole_file(
        format!("{HEADER},券面.a,券面.1.a\n").as_bytes(),
        Code::DuplicateColumn,
        Some(1),
        Some(16),
        detail,
    );
    let without = HEADER.replace(",履歴キー", "");
    whole_file(without.as_bytes(), Code::ColumnMissing, Some(1), None, Some("historyKey"));
    let wide = format!("{HEADER}{}\n", ",券面.x".repeat(COLUMNS_MAX));
    whole_file(wide.as_bytes(), Code::TooManyColumns, Some(1), None, None);
}

#[test]
fn a_header_that_is_no_text_refuses_the_file() {
    let mut bytes = cp932(HEADER);
    bytes.extend_from_slice(b",\xff\n");
    whole_file(&bytes, Code::NotDecodable, Some(1), None, None);
    let utf_16: Vec<u8> = format!("\u{feff}{HEADER}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    whole_file(&utf_16, Code::NotDecodable, Some(1), None, None);
}

#[test]
fn a_row_with_other_columns_is_refused_and_the_next_is_read() {
    let wide = format!("{LINE}{}", ",x".repeat(2 * COLUMNS_MAX));
    let columns = HEADER.split(',').count() as u64;
    for (bad, column) in [
        (&*format!("{LINE},x"), columns + 1),
        ("x", 2),
        (" ", 2),
        (&LINE.replace(",history-1", ""), columns),
        (&wide, columns + 1),
    ] {
        let (rows, problem) = read([HEADER, bad, LINE].join("\n").as_bytes());
        assert_eq!(problem, None);
        let fault = crate::Fault { column: Some(column), ..crate::Fault::of(Code::ColumnCount) };
        assert_eq!(rows[0], Row::Rejected { line: 2, history_key: None, faults: vec![fault] });
        assert!(matches!(rows[1], Row::Record { line: 3, index: 1, .. }));
    }
}

#[test]
fn bytes_that_are_no_text_refuse_the_row_with_line_and_column() {
    for encoding in [Encoding::Utf8, Encoding::Cp932] {
        let text = [HEADER, LINE].join("\n");
        let mut bytes = encoding.encode(&text).unwrap().into_owned();
        let name = encoding.encode("髙橋").unwrap();
        let at = bytes.windows(name.len()).position(|window| window == &*name).unwrap();
        // The first half of a character, and then a space.
        bytes[at + 1] = b' ';
        assert_eq!(refused(&bytes), [(Code::UndecodableBytes, "basicFiveInfo.name".to_owned(), Some(3))]);
    }
}

#[test]
fn gaiji_nul_and_what_a_cell_cannot_be_refuse_the_row_with_every_column() {
    let text = [HEADER, LINE].join("\n");
    let mut gaiji = cp932(&text);
    let at = gaiji.windows(2).position(|pair| pair == cp932("髙").as_slice()).unwrap();
    gaiji[at..at + 2].copy_from_slice(b"\xf0\x40");
    let name = |code| vec![(code, "basicFiveInfo.name".to_owned(), Some(3))];
    assert_eq!(refused(&gaiji), name(Code::Gaiji));
    gaiji[at..at + 2].copy_from_slice(b"\xf9\xfc");
    assert_eq!(refused(&gaiji), name(Code::Gaiji));
    assert_eq!(refused(text.replace('髙', "\u{e000}").as_bytes()), name(Code::Gaiji));
    assert_eq!(refused(text.replace('髙', "\0").as_bytes()), name(Code::NulCharacter));

    let bad = LINE.replace("髙橋", "\0").replace(",2,0,", ",9,はい,").replace(",false", ",");
    let faults = refused([HEADER, &bad].join("\n").as_bytes());
    assert_eq!(
        faults,
        [
            (Code::NulCharacter, "basicFiveInfo.name".to_owned(), Some(3)),
            (Code::NotBoolean, "isNotDisclosed".to_owned(), Some(8)),
            (Code::Empty, "isDeleted".to_owned(), Some(14)),
            (Code::SexUnknown, "basicFiveInfo.sex".to_owned(), Some(7)),
        ]
    );
}

#[test]
fn an_english_header_with_a_broken_first_row_does_not_settle_the_encoding() {
    let names = HEADER.split(',').map(|text| MEMBERS.iter().find(|m| m.heading == text).unwrap().name);
    let header = names.collect::<Vec<_>>().join(",");
    let mut bytes = format!("{header}\n{LINE}\n{LINE}\n").into_bytes();
    let at = bytes.windows(3).position(|window| window == "髙".as_bytes()).unwrap();
    bytes[at + 2] = 0xff;
    let (rows, problem) = read(&bytes);
    assert_eq!(problem, None);
    let [Row::Rejected { line: 2, .. }, Row::Record { line: 3, record, .. }] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(record.basic_five_info.name, "髙橋 花子");
}

#[test]
fn a_refused_row_keeps_its_history_key() {
    let text = [HEADER, &LINE.replace(",false", ",?")].join("\n");
    let (rows, _) = read(text.as_bytes());
    assert!(matches!(&rows[..], [Row::Rejected { history_key: Some(key), .. }] if key == "history-1"));
}

#[test]
fn a_record_has_64_kib_and_no_byte_more() {
    let padded = |length: usize| {
        let line = LINE.replace(
            "大阪市北区",
            &format!("\"{}\"", "x".repeat(length + "大阪市北区".len() - LINE.len() - 2)),
        );
        assert_eq!(line.len(), length);
        line
    };
    for (line, end, fits) in [
        (padded(LINE_BYTES_MAX - 1), "\n", true),
        (padded(LINE_BYTES_MAX), "", true),
        (padded(LINE_BYTES_MAX), "\n", false),
        (padded(LINE_BYTES_MAX + 1), "", false),
    ] {
        let bytes = format!("{HEADER}\n{line}{end}").into_bytes();
        let (_, problem) = read(&bytes);
        let expected = (!fits).then(|| Code::LineTooLong.problem().at_line(2));
        assert_eq!(problem, expected, "{} bytes", line.len() + end.len());
    }
    let blank = format!("{HEADER}\n{}{LINE}", "\n".repeat(2 * LINE_BYTES_MAX));
    assert_eq!(read_as(blank.as_bytes(), None, 4096).1, None);
}

#[test]
fn a_quotation_mark_that_nothing_closes_is_found() {
    let cut = [HEADER, LINE, &LINE.replace("大阪市北区", "\"大阪市北区")].join("\n");
    let (rows, problem) = read(cut.as_bytes());
    assert_eq!((rows.len(), problem), (1, Some(Code::UnclosedQuote.problem().at_line(3))));
    assert_eq!(read(b"\"").1, Some(Code::UnclosedQuote.problem().at_line(1)));
    let long = format!("{cut}\n{}", format!("{LINE}\n").repeat(1_000));
    assert_eq!(read(long.as_bytes()).1, Some(Code::LineTooLong.problem().at_line(3)));
}

#[test]
fn nested_columns_become_members() {
    let header = format!(
        "{HEADER},自己負担上限.perDay,maxCopaymentAmount.備考,券面.有効期限,券面.2.回数,表示順番号,医療機関コード"
    );
    let line = format!("{LINE},500,月2日まで,令和8年,\"[1,2]\",3,3410712362;1234567890");
    let records = good([&*header, &line, &format!("{LINE},,,,,,")].join("\n").as_bytes());
    let limit = records[0].max_copayment_amount.as_ref().unwrap();
    assert_eq!(limit.as_str(), r#"{"perDay":500,"備考":"月2日まで"}"#);
    assert_eq!(records[0].certification_detail.as_str(), r#"[{"有効期限":"令和8年"},{"回数":[1,2]}]"#);
    assert_eq!(records[0].display_order, Some(3));
    assert_eq!(records[0].institution_codes.as_deref().unwrap(), ["3410712362", "1234567890"]);
    assert_eq!(records[1].max_copayment_amount, None);
    assert_eq!(records[1].certification_detail.as_str(), "[]");
}

#[test]
fn nested_columns_that_make_no_value_are_refused() {
    let file = |header: &str, cells: &str| format!("{HEADER},{header}\n{LINE},{cells}").into_bytes();
    let detail = |code, column| vec![(code, "certificationDetail".to_owned(), column)];
    assert_eq!(refused(&file("券面.1.a,券面.2.a", ",x")), detail(Code::MemberMissing, Some(15)));
    assert_eq!(refused(&file("券面,券面.a", "[],x")), detail(Code::DuplicateMember, Some(15)));
    assert_eq!(refused(&file("券面", "{")), detail(Code::WrongType, Some(15)));
    assert_eq!(refused(&file("券面.a", "\u{e000}")), detail(Code::Gaiji, Some(15)));
    let order = (Code::WrongType, "displayOrder".to_owned(), Some(15));
    assert_eq!(refused(&file("表示順番号", "first")), [order]);
}

proptest! {
    #[test]
    fn how_a_file_is_cut_never_matters(
        tokens in vec(select(vec![
            &b","[..], b"\"", b"\"\"", b"\r", b"\n", b"\r\n", b" ", b"x", b"1", b"\0", b"\xef\xbb\xbf", b"\x83\x5c", b"\xff",
            b"\xe6\xb0\x8f", LINE.as_bytes(),
        ]), 0..20),
        headed in any::<bool>(),
        piece in 1_usize..9,
    ) {
        let mut bytes = if headed { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        bytes.extend(tokens.concat());
        prop_assert_eq!(read_as(&bytes, None, piece), read_as(&bytes, None, usize::MAX));
    }

    #[test]
    fn any_text_survives_writing_and_reading(
        texts in vec("[a-z\",;\\r\\n \u{3000}ソ表能髙①ｱ0-9.{}\\[\\]:]{1,12}", 4),
        encoding in select(Encoding::ALL.to_vec()),
    ) {
        let mut value = official();
        value["basicFiveInfo"]["name"] = json!(texts[0]);
        value["segment"] = json!(texts[1]);
        value["certificationDetail"] = json!([{"a": texts[2], "b": 1}]);
        value["maxCopaymentAmount"] = json!({texts[3].clone(): texts[2]});
        let records = [record(&value), record(&official())];
        let bytes = write_csv(records.iter(), encoding).unwrap();
        prop_assert_eq!(good(&bytes), records);
    }
}

fn every_shape() -> Vec<SubjectRecord> {
    let mut assumed = official();
    for (name, value) in [
        ("programId", json!("child-01")),
        ("displayOrder", json!(-2)),
        ("forcedExpiryDate", json!("2025-12-31")),
        ("isViewingStopped", json!(true)),
        ("institutionCodes", json!(["3410712362", "1234567890"])),
        ("attributeKey", json!("a")),
        ("municipalityCode", json!("271004")),
        ("isDeleted", json!(true)),
    ] {
        assumed[name] = value;
    }
    [
        official(),
        assumed,
        with("certificationDetail", json!([])),
        with("certificationDetail", json!([1, {"a": 1}])),
        with("certificationDetail", json!([{"回数": 2, "有効期限": "x"}, {}])),
        with("certificationDetail", json!([{"備考": null, "有効期限": "3"}])),
        with("maxCopaymentAmount", json!({})),
        with("maxCopaymentAmount", json!({"note": "", "perDay": "0500", "x": [true, {"y": 1.5}]})),
        with("basicFiveInfo.address", json!("大阪市,\"北区\" 1")),
    ]
    .iter()
    .map(record)
    .collect()
}

#[test]
fn what_is_written_reads_back_the_same_in_three_encodings() {
    let records = every_shape();
    for encoding in Encoding::ALL {
        let bytes = write_csv(records.iter(), encoding).unwrap();
        assert_eq!(good(&bytes), records, "{encoding}");
        let mut reader = CsvReader::new(None);
        reader.push(&bytes).unwrap();
        assert_eq!(reader.encoding(), Some(encoding));
    }
}

/// Columns of their own would make a file that no reader takes.
#[test]
fn more_inner_members_than_a_file_may_have_columns_are_written_whole() {
    for members in [COLUMNS_MAX - MEMBERS.len(), COLUMNS_MAX, 1_000] {
        let inner: serde_json::Map<_, _> =
            (0..members).map(|number| (format!("m{number}"), json!(1))).collect();
        let records = [record(&with("maxCopaymentAmount", inner.into())), record(&official())];
        assert_eq!(good(&write_csv(records.iter(), Encoding::Utf8).unwrap()), records, "{members} members");
    }
}

#[test]
fn the_official_sample_survives_the_csv_and_is_accepted() {
    let bytes = write_csv([record(&official())].iter(), Encoding::Cp932).unwrap();
    let parsed = good(&bytes)[0].parse("271004".parse().unwrap(), Rules::default());
    assert!(parsed.subject.is_ok());
}

#[test]
fn without_records_the_published_columns_are_written() {
    let bytes = write_csv([].iter(), Encoding::Utf8).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(
        text.starts_with("機関別受給者証種別ID,個人番号,氏名,氏名カナ,") && text.ends_with("\r\n"),
        "{text}"
    );
    assert!(!text.contains("券面") && !text.contains("属性ID"), "{text}");
    assert_eq!(good(&bytes), []);
}

#[test]
fn what_cp932_does_not_have_is_named_and_never_replaced() {
    let bad = with("basicFiveInfo.name", json!("𠮷田 花子"));
    let records = [record(&with("basicFiveInfo.address", json!("a\r\nb\nc"))), record(&bad)];
    assert_eq!(write_csv(records.iter(), Encoding::Cp932), Err(EncodeError { line: 5, column: 3 }));
    assert!(write_csv(records.iter(), Encoding::Utf8).is_ok());
}

#[test]
fn a_large_file_is_read_in_constant_memory() {
    let line = LINE.replace("大阪市北区", &"町".repeat(300)) + "\r\n";
    let mut reader = CsvReader::new(None);
    reader.push(format!("{HEADER}\r\n").as_bytes()).unwrap();
    let held = reader.held_bytes();
    let mut records = 0;
    for _ in 0..4_000 {
        for piece in line.as_bytes().chunks(1_000) {
            records += reader.push(piece).unwrap().len();
            assert_eq!(reader.held_bytes(), held);
        }
    }
    assert_eq!(records, 4_000);
    assert!(held <= LINE_BYTES_MAX + 1);
}
