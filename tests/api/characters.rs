//! The four encodings of trouble: extensions of CP932, characters that two tables decode differently, half-width
//! kana, and 外字. Each is kept as it came or refused with line and column; none becomes another one. Files are made of
//! bytes, so that no encoder of ours can agree with a decoder of ours.

use http::header::CONTENT_TYPE;
use pmh_wire::{Code, EligibilityAnswer, Encoding, SubjectRecord, Task, paths, write_csv};

use crate::support::answers::{header, post};
use crate::support::numbering::ScriptedIntermediate;
use crate::support::people::{array, person};
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// Bytes of CP932, and the character that they are in the table of Windows, which is WHATWG's too.
const CP932: [(&[u8], &str); 22] = [
    (b"\x87\x40", "①"),
    (b"\x87\x8a", "㈱"),
    (b"\x87\x54", "Ⅰ"),
    (b"\xfb\xfc", "髙"),
    (b"\xfa\xb1", "﨑"),
    // The same two as NEC selected them: other bytes, the same characters.
    (b"\xee\xe0", "髙"),
    (b"\xed\x95", "﨑"),
    (b"\xfa\x40", "ⅰ"),
    (b"\xfc\x4b", "黑"),
    // JIS X 0208 has U+301C, U+2212, U+2016, U+2014, U+00A2, U+00A3 and U+00AC in these places.
    (b"\x81\x60", "\u{ff5e}"),
    (b"\x81\x7c", "\u{ff0d}"),
    (b"\x81\x61", "\u{2225}"),
    (b"\x81\x5c", "\u{2015}"),
    (b"\x81\x91", "\u{ffe0}"),
    (b"\x81\x92", "\u{ffe1}"),
    (b"\x81\xca", "\u{ffe2}"),
    // JIS X 0201 has the yen sign and the overline in these.
    (b"\x5c", "\\"),
    (b"\x7e", "~"),
    // Second bytes that are a backslash, a bar and a comma's neighbours.
    (b"\x83\x5c\x95\x5c\x94\x5c", "ソ表能"),
    (b"\x83\x7c", "ポ"),
    (b"\xb6\xde\xb7\xde\xdc\xa5\xb0", "ｶﾞｷﾞﾜ･ｰ"),
    (b"\xa1\xdf", "｡ﾟ"),
];

/// Characters that UTF-8 tells apart and CP932 does not, or does not have.
const UTF_8: [&str; 14] = [
    "\u{301c}",
    "\u{ff5e}",
    "\u{2212}",
    "\u{ff0d}",
    "\u{2016}",
    "\u{2225}",
    "¥",
    "ｶﾞ",
    "ガ",
    // A letter and its sign as two characters are not joined.
    "カ\u{3099}",
    "①㈱髙﨑",
    "𠮷",
    // A variation selector: the form of 葛 that a name may have.
    "葛\u{e0100}",
    "\u{fa11}",
];

const PLACE: &str = "PLACE";

/// A row for each of these values, put by bytes into name and 区分; the first row is on line 2.
fn file(values: &[&[u8]], encoding: Encoding) -> Vec<u8> {
    let records: Vec<SubjectRecord> = (0..).zip(values).map(|(at, _)| with(at, PLACE)).collect();
    let text = write_csv(records.iter(), encoding).unwrap();
    let mut parts = text.split(|byte| *byte == b'\n');
    let mut file = [parts.next().unwrap(), b"\n"].concat();
    for (row, value) in parts.zip(values) {
        let mut rest = row;
        while let Some(at) = rest.windows(PLACE.len()).position(|bytes| bytes == PLACE.as_bytes()) {
            file.extend([&rest[..at], value].concat());
            rest = &rest[at + PLACE.len()..];
        }
        file.extend([rest, b"\n"].concat());
    }
    file
}

fn with(at: u64, text: &str) -> SubjectRecord {
    let mut record = person(at).record();
    text.clone_into(&mut record.basic_five_info.name);
    record.segment = Some(text.to_owned());
    record
}

async fn register(world: &World, kind: &'static str, file: Vec<u8>) -> Task {
    let office = world.office(OSAKA);
    let task: Task = post(&office.hub, paths::FILES, kind, file).await.json();
    office.finished(&task.task_id).await
}

/// What the clinic is shown of each person, and what the intermediate server was sent.
async fn assert_kept(world: &World, intermediate: &ScriptedIntermediate, texts: &[&str]) {
    let oqs = world.oqs("oqs").await;
    for (at, text) in (0..).zip(texts) {
        let key = oqs.mint(&person(at).pmh_id(), world.now_ms().await);
        let answer: EligibilityAnswer = oqs.ask(&key).await.json();
        assert_eq!(answer.subsidies[0].segment.as_deref(), Some(*text), "{}", text.escape_unicode());
        let sent = intermediate.last_of(&person(at).my_number).basic_five_info.name;
        assert_eq!(sent, *text, "{}", text.escape_unicode());
    }
}

async fn what_cp932_has_is_kept_as_the_character_that_windows_has_there(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    let values = CP932.map(|(bytes, _)| bytes);
    let texts = CP932.map(|(_, text)| text);
    for kind in ["text/csv", "text/csv; charset=shift_jis"] {
        let task = register(&world, kind, file(&values, Encoding::Cp932)).await;
        assert_eq!((task.received, task.rejected), (values.len() as u64, 0));
        assert_kept(&world, &intermediate, &texts).await;
    }
    // The same characters as UTF-8 change nothing: both files say the same.
    let task = register(&world, "text/csv", file(&texts.map(str::as_bytes), Encoding::Utf8)).await;
    assert_eq!((task.unchanged, task.rejected), (values.len() as u64, 0));
}

async fn what_utf_8_tells_apart_stays_apart_in_csv_and_in_json(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    let values = UTF_8.map(str::as_bytes);
    for encoding in [Encoding::Utf8, Encoding::Utf8Bom] {
        let task = register(&world, "text/csv", file(&values, encoding)).await;
        assert_eq!(task.rejected, 0);
        assert_kept(&world, &intermediate, &UTF_8).await;
    }
    let records: Vec<SubjectRecord> = (0..).zip(UTF_8).map(|(at, text)| with(at, text)).collect();
    let task = world.office(OSAKA).register(&records).await;
    assert_eq!((task.unchanged, task.rejected), (UTF_8.len() as u64, 0));
    // Rotated by one, each row changes: no two of them are taken for the same.
    let rotated: Vec<SubjectRecord> =
        (0..).zip(UTF_8.iter().cycle().skip(1).take(UTF_8.len())).map(|(at, text)| with(at, text)).collect();
    assert_eq!(world.office(OSAKA).register(&rotated).await.updated, UTF_8.len() as u64);
}

/// Fails unless each row is refused with this code, at the name on its line, and the last row is in.
async fn assert_refused(world: &World, file: Vec<u8>, rows: usize, code: Code) {
    let office = world.office(OSAKA);
    let task: Task = office.send_csv(file).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.rejected, task.registered), (rows as u64, 1));
    for (result, line) in office.results(&task.task_id).await.iter().zip(2..).take(rows) {
        let drawn: Vec<_> = result.errors.iter().map(|error| (error.code.as_str(), error.column)).collect();
        // The third column is the name, the thirteenth 区分.
        assert_eq!(drawn, [(code.as_str(), Some(3)), (code.as_str(), Some(13))], "line {line}");
        assert_eq!(result.line, line);
    }
}

async fn gaiji_are_refused_with_line_and_column_in_every_row_of_the_area(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let area: Vec<Vec<u8>> = (0xf0_u8..=0xf9)
        .flat_map(|lead| [0x40, 0x7e, 0x80, 0xfc].map(|trail| vec![0x8e, 0x8e, lead, trail]))
        .collect();
    let mut values: Vec<&[u8]> = area.iter().map(Vec::as_slice).collect();
    values.push(b"\x8e\x8e");
    assert_refused(&world, file(&values, Encoding::Cp932), area.len(), Code::Gaiji).await;
}

async fn gaiji_are_refused_in_utf_8_and_in_json(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let area = ["\u{e000}", "\u{e757}", "\u{f8ff}", "\u{f0000}", "\u{ffffd}", "\u{100000}", "\u{10fffd}"];
    let mut values = area.map(str::as_bytes).to_vec();
    values.push("試".as_bytes());
    assert_refused(&world, file(&values, Encoding::Utf8), area.len(), Code::Gaiji).await;
    let office = world.office(OSAKA);
    let records: Vec<SubjectRecord> = (0..).zip(area).map(|(at, text)| with(at, text)).collect();
    let task: Task = office.send(array(&records)).await.json();
    assert_eq!(office.finished(&task.task_id).await.rejected, area.len() as u64);
    for result in office.results(&task.task_id).await {
        let fields: Vec<_> = result.errors.iter().map(|error| error.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["basicFiveInfo.name", "segment"]);
        assert!(result.errors.iter().all(|error| error.code == Code::Gaiji.as_str()));
    }
}

async fn bytes_that_cp932_has_no_character_for_are_refused_with_line_and_column(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    // Holes of the table, lead bytes without a second one, and bytes that lead nothing.
    let mut values: Vec<&[u8]> = vec![
        b"\x81\xad",
        b"\x85\x40",
        b"\xeb\x40",
        b"\xef\xfc",
        b"\xfc\xfc",
        b"\x81 ",
        b"\xa0",
        b"\xfd",
        b"\xff",
    ];
    let rows = values.len();
    values.push(b"\x8e\x8e");
    assert_refused(&world, file(&values, Encoding::Cp932), rows, Code::UndecodableBytes).await;
}

async fn a_file_that_says_another_encoding_than_it_has_is_not_read_as_something_else(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let cases = [
        ("text/csv; charset=shift_jis", file(&["髙".as_bytes()], Encoding::Utf8)),
        ("text/csv; charset=utf-8", file(&[b"\xfb\xfc"], Encoding::Cp932)),
    ];
    for (kind, body) in cases {
        let headers = header(CONTENT_TYPE, kind);
        let answer = office.hub.send(http::Method::POST, paths::FILES, headers, body.into()).await.unwrap();
        crate::support::answers::Answer::from(answer).assert_refused(Code::NotDecodable, kind);
    }
    assert!(office.tasks().await.is_empty());
}

for_each_store!(
    what_cp932_has_is_kept_as_the_character_that_windows_has_there,
    what_utf_8_tells_apart_stays_apart_in_csv_and_in_json,
    gaiji_are_refused_with_line_and_column_in_every_row_of_the_area,
    gaiji_are_refused_in_utf_8_and_in_json,
    bytes_that_cp932_has_no_character_for_are_refused_with_line_and_column,
    a_file_that_says_another_encoding_than_it_has_is_not_read_as_something_else,
);
