//! CSV files with columns of a vendor's own: read by the hub that has a layout for the municipality, or sent as ours by
//! a client that has one. Either way a fault is told by line and column of the vendor's own file.

use pmh_municipality::RegistrationClient;
use pmh_wire::{Code, CsvLayout, Encoding, RecordResult, SubjectRecord, Task, write_csv};

use crate::support::people::person;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

const LAYOUT: &str = r#"
ignore = ["宛名番号"]
[columns]
"ﾏｲﾅﾝﾊﾞｰ" = "myNumber"
"カナ氏名" = "basicFiveInfo.nameKana"
"発行者" = "certificationDetail.1.発行機関名"
"#;

/// Three people; the kana of the second hold a character that nobody else has. One column stands before ours.
fn vendors_file() -> String {
    let records: Vec<SubjectRecord> = (0..3).map(|at| person(at).record()).collect();
    let ours = String::from_utf8(write_csv(records.iter(), Encoding::Utf8).unwrap()).unwrap();
    let (header, rows) = ours.split_once("\r\n").unwrap();
    let header = header.replace("個人番号", "ﾏｲﾅﾝﾊﾞｰ").replace("氏名カナ", "カナ氏名");
    let header = header.replace("券面.発行機関名", "発行者");
    let rows = rows.lines().zip(1..).map(|(row, at)| format!("{at:010},{row}\r\n"));
    let rows = rows.collect::<String>().replace("シケン　1ゴウ", "シケン　\u{e000}ゴウ");
    format!("宛名番号,{header}\r\n{rows}")
}

/// What must come of that file.
async fn assert_read(office: &Office, task: &Task) {
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.received, task.registered + task.unchanged, task.rejected), (3, 2, 1));
    let results = office.results(&task.task_id).await;
    let faulty: Vec<&RecordResult> = results.iter().filter(|result| !result.errors.is_empty()).collect();
    let [faulty] = faulty.as_slice() else { panic!("{faulty:?}") };
    let error = &faulty.errors[0];
    assert_eq!((faulty.line, error.column), (3, Some(5)));
    assert_eq!(
        (error.code.as_str(), error.field.as_deref()),
        (Code::Gaiji.as_str(), Some("basicFiveInfo.nameKana"))
    );
}

async fn a_hub_reads_the_columns_of_the_municipality_that_it_has_a_layout_for(place: &TestDatabase) {
    let (mut world, _intermediate) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.send_csv(vendors_file()).await.assert_refused(Code::UnknownColumn, "without a layout");
    std::fs::create_dir(world.data().join("layouts")).unwrap();
    std::fs::write(world.data().join("layouts/271004.toml"), LAYOUT).unwrap();
    world.restart_hub().await;
    let office = world.office(OSAKA);
    assert_read(&office, &office.send_csv(vendors_file()).await.json()).await;
    let other = world.office(TOKYO).send_csv(vendors_file()).await;
    other.assert_refused(Code::UnknownColumn, "another municipality's columns");
    assert_eq!(other.problem().column, Some(1));
}

async fn a_client_sends_a_vendors_columns_as_the_hubs_in_every_encoding(place: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let (world, _intermediate) = World::hub(place).await;
    let office = world.office(OSAKA);
    let client = RegistrationClient::new(office.hub.clone(), OSAKA.parse().unwrap())
        .with_layout(Some(CsvLayout::from_toml(LAYOUT).unwrap()));
    for encoding in Encoding::ALL {
        // CP932 knows the first private-use character by these bytes; the encoder refuses it.
        let text = vendors_file();
        let (before, after) = text.split_once('\u{e000}').unwrap();
        let encoded = |text: &str| encoding.encode(text).unwrap().into_owned();
        let gaiji: &[u8] = if encoding == Encoding::Cp932 { b"\xf0\x40" } else { "\u{e000}".as_bytes() };
        let mark: &[u8] = if encoding == Encoding::Utf8Bom { b"\xef\xbb\xbf" } else { b"" };
        std::fs::write(&path, [mark, &encoded(before), gaiji, &encoded(after)].concat()).unwrap();
        assert_read(&office, &client.submit_file(&path, None).await.unwrap()).await;
    }
}

for_each_store!(
    a_hub_reads_the_columns_of_the_municipality_that_it_has_a_layout_for,
    a_client_sends_a_vendors_columns_as_the_hubs_in_every_encoding,
);
