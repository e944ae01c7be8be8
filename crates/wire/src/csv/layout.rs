//! Columns of a vendor's own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{header::Column, nested};
use crate::registration::members::{COPAYMENT, DETAIL, find};

/// Which heading is which member. The default knows ours alone: Japanese headings and wire names.
///
/// As TOML, a vendor's heading before the wire name:
///
/// ```toml
/// ignore = ["宛名番号", "更新日時"]
///
/// [columns]
/// "ﾏｲﾅﾝﾊﾞｰ" = "myNumber"
/// "日額" = "maxCopaymentAmount.perDay"
/// "発行機関名" = "certificationDetail.1.発行機関名"
/// ```
///
/// A heading that is mapped means what the mapping says, also if it is one of ours; headings that are not
/// named in the mapping go on meaning what they mean in our layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvLayout {
    columns: BTreeMap<String, Column>,
    ignored: BTreeSet<String>,
}

/// What is wrong with a mapping. It is configuration, so its words may be repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    #[error("the CSV layout is not the TOML that is expected: {0}")]
    Syntax(String),
    #[error("column {heading}: no member has the wire name {name}")]
    UnknownName { heading: String, name: String },
    #[error("two columns, {first} and {second}, are mapped to {name}")]
    MappedTwice { first: String, second: String, name: String },
    #[error("column {0} is both mapped and ignored")]
    MappedAndIgnored(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    ignore: BTreeSet<String>,
}

/// What a heading is.
pub(super) enum Heading {
    Column(Column),
    Ignored,
    Unknown,
}

impl CsvLayout {
    pub fn from_toml(text: &str) -> Result<Self, LayoutError> {
        let file: LayoutFile =
            toml::from_str(text).map_err(|error| LayoutError::Syntax(error.to_string()))?;
        let mut columns: BTreeMap<String, Column> = BTreeMap::new();
        for (heading, name) in file.columns {
            let Some(column) = by_wire_name(&name) else {
                return Err(LayoutError::UnknownName { heading, name });
            };
            if let Some((first, _)) = columns.iter().find(|(_, other)| **other == column) {
                return Err(LayoutError::MappedTwice { first: first.clone(), second: heading, name });
            }
            if file.ignore.contains(&heading) {
                return Err(LayoutError::MappedAndIgnored(heading));
            }
            columns.insert(heading, column);
        }
        Ok(Self { columns, ignored: file.ignore })
    }

    pub(super) fn heading(&self, heading: &str) -> Heading {
        if self.ignored.contains(heading) {
            return Heading::Ignored;
        }
        match self.columns.get(heading).cloned().or_else(|| Column::find(heading)) {
            Some(column) => Heading::Column(column),
            None => Heading::Unknown,
        }
    }
}

/// Japanese headings of ours are not taken here: a mapping says what a column is on the wire.
fn by_wire_name(name: &str) -> Option<Column> {
    if let Some(place) = find(name) {
        return Some(Column::Member(place));
    }
    let inner = [COPAYMENT, DETAIL].iter().any(|field| name.starts_with(field));
    inner.then(|| nested::Path::find(name)).flatten().map(Column::Nested)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, CsvReader, Problem, Row, SubjectRecord};

    const LAYOUT: &str = r#"
        ignore = ["宛名番号", "更新日時"]
        [columns]
        "種別" = "orgSpecificCertificateTypeId"
        "ﾏｲﾅﾝﾊﾞｰ" = "myNumber"
        "漢字氏名" = "basicFiveInfo.name"
        "証名称" = "certificationName"
        "日額" = "maxCopaymentAmount.perDay"
        "発行機関名" = "certificationDetail.2.発行機関名"
        "発行日" = "certificationDetail.1.発行日"
    "#;
    const HEADER: &str = "宛名番号,種別,ﾏｲﾅﾝﾊﾞｰ,漢字氏名,氏名カナ,住所,生年月日,性別,不開示フラグ,証名称,\
        常に償還払い,validFrom,有効期間終了日,履歴キー,削除フラグ,日額,発行日,発行機関名,更新日時";
    const LINE: &str = "77,child-01,210987654321,髙橋 花子,タカハシ ハナコ,大阪市北区,2018-04-02,2,0,こども医療証,\
        0,2025-04-01,2026-03-31,history-1,false,500,2025-04-01,大阪市,昨日";

    fn layout(text: &str) -> CsvLayout {
        CsvLayout::from_toml(text).unwrap()
    }

    fn read(layout: CsvLayout, text: &str) -> Result<Vec<SubjectRecord>, Problem> {
        let mut reader = CsvReader::with_layout(None, layout);
        let mut rows = reader.push(text.as_bytes())?;
        rows.extend(reader.finish()?);
        let record = |row| match row {
            Row::Record { record, .. } => *record,
            refused @ Row::Rejected { .. } => panic!("{refused:?}"),
        };
        Ok(rows.into_iter().map(record).collect())
    }

    #[test]
    fn a_vendors_file_is_read_by_its_own_headings_and_ours() {
        let records = read(layout(LAYOUT), &[HEADER, LINE].join("\n")).unwrap();
        let [record] = records.as_slice() else { panic!("{} records", records.len()) };
        assert_eq!(record.org_specific_certificate_type_id, "child-01");
        assert_eq!(record.valid_from, "2025-04-01");
        assert_eq!(record.max_copayment_amount.as_ref().unwrap().as_str(), r#"{"perDay":500}"#);
        let detail = r#"[{"発行日":"2025-04-01"},{"発行機関名":"大阪市"}]"#;
        assert_eq!(record.certification_detail.as_str(), detail);
    }

    #[test]
    fn without_a_mapping_our_headings_are_the_layout() {
        assert_eq!(layout(""), CsvLayout::default());
        let problem = read(CsvLayout::default(), &[HEADER, LINE].join("\n")).unwrap_err();
        assert_eq!((problem.known_code(), problem.column), (Some(Code::UnknownColumn), Some(1)));
    }

    #[test]
    fn a_mapped_heading_means_what_the_mapping_says() {
        let swapped = layout("[columns]\n\"区分\" = \"incomeSegment\"\n\"所得区分\" = \"segment\"");
        let plain = HEADER.replace("宛名番号,", "").replace(",日額,発行日,発行機関名,更新日時", "");
        let plain = plain.replace("種別,", "機関別受給者証種別ID,").replace("ﾏｲﾅﾝﾊﾞｰ", "個人番号");
        let plain = plain.replace("漢字氏名", "氏名").replace("証名称", "受給者証名") + ",区分,所得区分";
        let line = LINE.replace("77,", "").replace(",500,2025-04-01,大阪市,昨日", ",low,child");
        let records = read(swapped, &[plain, line].join("\n")).unwrap();
        assert_eq!(records[0].income_segment.as_deref(), Some("low"));
        assert_eq!(records[0].segment.as_deref(), Some("child"));
    }

    #[test]
    fn a_column_in_both_writings_stands_twice() {
        let problem = read(layout(LAYOUT), &[HEADER.replace("氏名カナ", "氏名"), LINE.into()].join("\n"));
        let problem = problem.unwrap_err();
        assert_eq!((problem.known_code(), problem.column), (Some(Code::DuplicateColumn), Some(5)));
    }

    #[test]
    fn a_file_of_ignored_columns_only_has_no_header() {
        let problem = read(layout(LAYOUT), "宛名番号,更新日時\n1,2").unwrap_err();
        assert_eq!(problem.known_code(), Some(Code::HeaderMissing));
    }

    #[test]
    fn a_fault_names_the_column_of_the_file() {
        let mut reader = CsvReader::with_layout(None, layout(LAYOUT));
        reader.push(format!("{HEADER}\n").as_bytes()).unwrap();
        assert_eq!(reader.columns().of("myNumber"), Some(3));
        assert_eq!(reader.columns().of("maxCopaymentAmount.perDay"), Some(16));
    }

    #[test]
    fn a_mapping_with_a_mistake_is_refused() {
        let refused = |text: &str| CsvLayout::from_toml(text).unwrap_err();
        for text in ["column = 1", "[columns]\na = 1", "[columns]\na = \"myNumber\"\na = \"segment\"", "["] {
            assert!(matches!(refused(text), LayoutError::Syntax(_)), "{text}");
        }
        for name in
            ["mynumber", "個人番号", "自己負担上限.perDay", "maxCopaymentAmount.", "basicFiveInfo", ""]
        {
            let error = refused(&format!("[columns]\n\"列\" = \"{name}\""));
            assert_eq!(error, LayoutError::UnknownName { heading: "列".to_owned(), name: name.to_owned() });
        }
        let twice = refused("[columns]\na = \"myNumber\"\nb = \"myNumber\"");
        assert!(matches!(twice, LayoutError::MappedTwice { .. }));
        let both = refused("ignore = [\"a\"]\n[columns]\na = \"myNumber\"");
        assert_eq!(both, LayoutError::MappedAndIgnored("a".to_owned()));
    }
}
