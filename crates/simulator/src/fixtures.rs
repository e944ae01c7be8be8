//! The files in `fixtures/` that are made by code: the seeded world's registrations, a file full of faults, and the
//! three sample numbers of the published API.

use std::{
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use pmh_wire::{BasicFiveInfo, Encoding, SubjectRecord, Verbatim, write_csv};

pub use crate::faulty::ExpectedFault;
use crate::{
    faulty::{faulty_file, page},
    generate::json_array,
    scheme::Scheme,
    scheme_files,
    seed::DEFAULT_SEED,
    world::World,
};

/// The seeded world's children of Osaka, as they stand in the tree (UTF-8).
pub const OSAKA_CHILD: &[u8] = include_bytes!("../../../fixtures/osaka-child.csv");
/// The file of [`osaka_faults`].
pub const OSAKA_CHILD_FAULTY: &[u8] = include_bytes!("../../../fixtures/osaka-child-faulty.csv");
/// The same in CP932.
pub const OSAKA_CHILD_FAULTY_SJIS: &[u8] = include_bytes!("../../../fixtures/osaka-child-faulty.sjis.csv");

/// What a hub with its default rules must say of [`OSAKA_CHILD_FAULTY`], and of no other line.
pub fn osaka_faults() -> Vec<ExpectedFault> {
    faulty_file(World::from_seed(DEFAULT_SEED).records(Scheme::OsakaChild), Encoding::Utf8).faults
}

/// A file and what stands in it.
pub struct Fixture {
    /// Its path under `fixtures/`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// All of them, from [`DEFAULT_SEED`].
pub fn fixtures() -> Vec<Fixture> {
    let world = World::from_seed(DEFAULT_SEED);
    let osaka = world.records(Scheme::OsakaChild);
    let faulty = faulty_file(osaka, Encoding::Utf8);
    let file = |name: &str, bytes| Fixture { name: name.to_owned(), bytes };
    let mut fixtures = vec![
        file("osaka-child.csv", csv(osaka, Encoding::Utf8)),
        file("osaka-child.sjis.csv", csv(osaka, Encoding::Cp932)),
        file("osaka-child-faulty.csv", faulty.csv),
        file("osaka-child-faulty.sjis.csv", faulty_file(osaka, Encoding::Cp932).csv),
        file("osaka-child-faulty.md", page(&faulty.faults).into_bytes()),
        file("tokyo-mental.json", json_array(world.records(Scheme::TokyoMental))),
        file("official-sample.json", json_array(&[official_sample()])),
        file("vendor-export.sjis.csv", vendor_export(&world)),
        file("schemes/README.md", scheme_files::page(&world.schemes).into_bytes()),
    ];
    fixtures.extend(world.schemes.iter().map(|scheme| file(&scheme.path, scheme.bytes())));
    fixtures
}

/// Writes them into a folder and gives their paths.
pub fn write_fixtures(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder.join(scheme_files::FOLDER))?;
    let write = |fixture: Fixture| {
        let path = folder.join(fixture.name);
        fs::write(&path, fixture.bytes)?;
        Ok(path)
    };
    fixtures().into_iter().map(write).collect()
}

pub(crate) fn csv(records: &[SubjectRecord], encoding: Encoding) -> Vec<u8> {
    write_csv(records.iter(), encoding).expect("every character of the lists has a place in CP932")
}

/// The children of `schemes/osaka-child.json` as another system would export them: headings that
/// `vendor-layout.toml` explains, two columns that are not for the hub, in Shift_JIS.
fn vendor_export(world: &World) -> Vec<u8> {
    let children = world.schemes.iter().find(|scheme| scheme.path == "schemes/osaka-child.json");
    let children = children.expect("it is one of the files of schemes");
    let ours = String::from_utf8(csv(&children.records, Encoding::Utf8)).expect("it was written as UTF-8");
    let mut rows = ours.split_terminator("\r\n");
    let header = rows.next().unwrap_or_default().split(',').map(|heading| {
        let own = VENDORS_HEADINGS.iter().find(|(ours, _)| *ours == heading);
        own.map_or(heading, |(_, vendors)| vendors)
    });
    let mut export = format!("宛名番号,{},更新日時\r\n", header.collect::<Vec<_>>().join(","));
    for (row, number) in rows.zip(40_001..) {
        writeln!(export, "{number:010},{row},2026-09-30 23:10\r")
            .expect("a String takes all that is written to it");
    }
    let encoded = Encoding::Cp932.encode(&export);
    encoded.expect("every character of the lists has a place in CP932").into_owned()
}

/// Ours, and what `vendor-layout.toml` calls it.
const VENDORS_HEADINGS: [(&str, &str); 12] = [
    ("機関別受給者証種別ID", "助成種別"),
    ("個人番号", "ﾏｲﾅﾝﾊﾞｰ"),
    ("氏名", "漢字氏名"),
    ("氏名カナ", "カナ氏名"),
    ("受給者証名", "証名称"),
    ("公費負担者番号", "負担者番号"),
    ("公費受給者番号", "受給者番号"),
    ("自己負担上限.perDay", "日額"),
    ("自己負担上限.daysPerMonth", "月日数"),
    ("自己負担上限.perMonthPerson", "月額"),
    ("履歴キー", "資格履歴番号"),
    ("券面.発行機関名", "発行者"),
];

/// The three numbers of the sample of the published API, none of which satisfies its check digit; the rest
/// is our own. A lenient hub accepts it, a strict one refuses it.
fn official_sample() -> SubjectRecord {
    SubjectRecord {
        org_specific_certificate_type_id: "OsakaChild".to_owned(),
        my_number: "210987654321".to_owned(),
        basic_five_info: BasicFiveInfo {
            name: "見本　花子".to_owned(),
            name_kana: "ミホン　ハナコ".to_owned(),
            address: "大阪府大阪市北区天神橋1丁目1-1".to_owned(),
            date_of_birth: "2016-04-02".to_owned(),
            sex: "2".to_owned(),
        },
        certification_name: "こども医療証".to_owned(),
        medical_subsidy_insurer_number: Some("87654321".to_owned()),
        medical_subsidy_recipient_number: Some("0000002".to_owned()),
        is_always_reimbursement: "0".to_owned(),
        valid_from: "2024-04-01".to_owned(),
        valid_to: "2035-03-31".to_owned(),
        history_key: "SAMPLE-1".to_owned(),
        certification_detail: Verbatim::empty_array(),
        ..SubjectRecord::blank()
    }
}

#[cfg(test)]
mod tests {
    use pmh_domain::Strictness;
    use pmh_wire::{Code, CsvReader, JsonArrayReader, Row, Rules};

    use super::*;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

    fn bytes(name: &str) -> Vec<u8> {
        fixtures().into_iter().find(|fixture| fixture.name == name).unwrap().bytes
    }

    fn records(rows: Vec<Row>) -> Vec<SubjectRecord> {
        let record = |row| match row {
            Row::Record { record, .. } => *record,
            Row::Rejected { line, faults, .. } => panic!("line {line}: {faults:?}"),
        };
        rows.into_iter().map(record).collect()
    }

    fn read_csv(name: &str) -> Vec<SubjectRecord> {
        let mut reader = CsvReader::new(None);
        let mut rows = reader.push(&bytes(name)).unwrap();
        rows.extend(reader.finish().unwrap());
        records(rows)
    }

    fn read_json(name: &str) -> Vec<SubjectRecord> {
        let mut reader = JsonArrayReader::new();
        let mut rows = reader.push(&bytes(name)).unwrap();
        rows.extend(reader.finish().unwrap());
        records(rows)
    }

    /// Made anew by `PMH_WRITE_FIXTURES=1 cargo test -p pmh-simulator fixtures`; look at the difference then.
    #[test]
    fn the_files_in_the_tree_are_those_that_the_code_makes() {
        if std::env::var_os("PMH_WRITE_FIXTURES").is_some() {
            write_fixtures(Path::new(FOLDER)).unwrap();
        }
        for fixture in fixtures() {
            let found = fs::read(Path::new(FOLDER).join(&fixture.name)).unwrap_or_default();
            assert!(
                found == fixture.bytes,
                "fixtures/{} is not what the code makes: PMH_WRITE_FIXTURES=1 cargo test -p pmh-simulator fixtures",
                fixture.name
            );
        }
    }

    #[test]
    fn the_osaka_file_holds_the_seeded_worlds_children_in_both_encodings() {
        let records = World::from_seed(DEFAULT_SEED).records(Scheme::OsakaChild).to_vec();
        assert!(records.len() >= 300);
        assert!(read_csv("osaka-child.csv") == records, "UTF-8");
        assert!(read_csv("osaka-child.sjis.csv") == records, "CP932");
        let cp932 = bytes("osaka-child.sjis.csv");
        assert!(std::str::from_utf8(&cp932).is_err());
        assert!(
            cp932.windows(2).any(|pair| pair == b"\xfb\xfc"),
            "髙, which CP932 has and JIS X 0208 has not"
        );
    }

    #[test]
    fn the_tokyo_file_holds_the_seeded_worlds_patients() {
        let records = World::from_seed(DEFAULT_SEED).records(Scheme::TokyoMental).to_vec();
        assert!(records.len() >= 100);
        assert!(read_json("tokyo-mental.json") == records);
    }

    #[test]
    fn the_official_sample_is_accepted_by_a_lenient_hub_and_refused_by_a_strict_one() {
        let [sample] = <[SubjectRecord; 1]>::try_from(read_json("official-sample.json")).unwrap();
        let own = "271004".parse().unwrap();
        let lenient = sample.parse(own, Rules::default());
        assert_eq!((lenient.subject.err(), lenient.warnings), (None, vec![]));
        let strict = sample.parse(own, Rules { strictness: Strictness::Strict, accept_real_looking: false });
        let faults: Vec<Code> = strict.subject.unwrap_err().iter().map(|fault| fault.code).collect();
        assert_eq!(faults, [Code::PayerNumberCheckDigit, Code::RecipientNumberCheckDigit]);
    }

    #[test]
    fn fixtures_can_be_written_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let paths = write_fixtures(&folder.path().join("deep/down")).unwrap();
        assert_eq!(paths.len(), fixtures().len());
        assert!(paths.iter().all(|path| path.is_file()));
    }
}
