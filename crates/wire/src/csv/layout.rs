//! Columns of a vendor's own.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde::Deserialize;
use toml::Spanned;

use super::{header::Column, nested};
use crate::{
    Texts,
    registration::members::{COPAYMENT, DETAIL, find},
};

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
    columns: BTreeMap<String, Mapped>,
    ignored: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapped {
    column: Column,
    /// As the mapping names it.
    name: String,
}

/// What headings of columns begin with that nobody reads, in every layout (*assumed*).
const IGNORED: char = '#';

/// What is wrong with a mapping, and where in its text. It is configuration, so its words may be repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct LayoutError {
    /// From 1.
    pub line: usize,
    pub fault: LayoutFault,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutFault {
    #[error("not the TOML that is expected: {0}")]
    Syntax(String),
    #[error("column {heading}: no member has the wire name {name}")]
    UnknownName { heading: String, name: String },
    #[error("column {second}: {name} is mapped already, to column {first}")]
    MappedTwice { first: String, second: String, name: String },
    #[error("column {0} is both mapped and ignored")]
    MappedAndIgnored(String),
}

impl LayoutFault {
    /// The same in both languages. What TOML itself says is English in both.
    pub fn texts(&self) -> Texts {
        let ja = match self {
            Self::Syntax(reason) => format!("TOML として読めません: {reason}"),
            Self::UnknownName { heading, name } => {
                format!("列「{heading}」: {name} という項目はありません。")
            }
            Self::MappedTwice { first, second, name } => {
                format!("列「{second}」: {name} は列「{first}」に割り当て済みです。")
            }
            Self::MappedAndIgnored(heading) => {
                format!("列「{heading}」は割り当てと無視の両方に書かれています。")
            }
        };
        Texts { ja, en: self.to_string() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    #[serde(default)]
    columns: BTreeMap<Spanned<String>, String>,
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
        let at = |start: usize, fault| LayoutError { line: text[..start].matches('\n').count() + 1, fault };
        let file: LayoutFile = toml::from_str(text).map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            at(start, LayoutFault::Syntax(error.message().to_owned()))
        })?;
        let mut written: Vec<_> = file.columns.into_iter().collect();
        written.sort_by_key(|(heading, _)| heading.span().start);
        let mut layout = Self { columns: BTreeMap::new(), ignored: file.ignore };
        for (heading, name) in written {
            let start = heading.span().start;
            layout.map(heading.into_inner(), name).map_err(|fault| at(start, fault))?;
        }
        Ok(layout)
    }

    fn map(&mut self, heading: String, name: String) -> Result<(), LayoutFault> {
        let Some(column) = by_wire_name(&name) else {
            return Err(LayoutFault::UnknownName { heading, name });
        };
        if let Some((first, _)) = self.columns.iter().find(|(_, mapped)| mapped.column == column) {
            return Err(LayoutFault::MappedTwice { first: first.clone(), second: heading, name });
        }
        if self.ignored.contains(&heading) {
            return Err(LayoutFault::MappedAndIgnored(heading));
        }
        self.columns.insert(heading, Mapped { column, name });
        Ok(())
    }

    /// The heading that means in our own layout what this one means here.
    pub(super) fn ours<'a>(&'a self, heading: &'a str) -> Cow<'a, str> {
        match self.columns.get(heading) {
            Some(mapped) => Cow::Borrowed(&mapped.name),
            None if self.ignored.contains(heading) => Cow::Owned(format!("{IGNORED}{heading}")),
            None => Cow::Borrowed(heading),
        }
    }

    pub(super) fn heading(&self, heading: &str) -> Heading {
        let mapped = self.columns.get(heading).map(|mapped| mapped.column.clone());
        if self.ignored.contains(heading) || (mapped.is_none() && heading.starts_with(IGNORED)) {
            return Heading::Ignored;
        }
        match mapped.or_else(|| Column::find(heading)) {
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
    fn a_column_whose_heading_begins_with_a_hash_is_not_read() {
        let header = HEADER.replace("宛名番号", "#宛名番号").replace("更新日時", "#更新日時");
        let records = read(layout(&LAYOUT.replace("更新日時", "他")), &[header.as_str(), LINE].join("\n"));
        assert_eq!(records.unwrap().len(), 1);
        let mapped = layout("[columns]\n\"#種別\" = \"segment\"");
        assert!(matches!(mapped.heading("#種別"), Heading::Column(_)));
    }

    #[test]
    fn a_mapping_with_a_mistake_is_refused_with_its_line() {
        let refused = |text: &str| CsvLayout::from_toml(text).unwrap_err();
        for (text, line) in [
            ("column = 1", 1),
            ("\n[columns]\na = 1", 3),
            ("[columns]\na = \"myNumber\"\na = \"segment\"", 3),
            ("[", 1),
        ] {
            let error = refused(text);
            assert!(matches!(error.fault, LayoutFault::Syntax(_)), "{text}");
            assert_eq!(error.line, line, "{text}");
        }
        for name in
            ["mynumber", "個人番号", "自己負担上限.perDay", "maxCopaymentAmount.", "basicFiveInfo", ""]
        {
            let error = refused(&format!("[columns]\n\n\"列\" = \"{name}\""));
            let fault = LayoutFault::UnknownName { heading: "列".to_owned(), name: name.to_owned() };
            assert_eq!(error, LayoutError { line: 3, fault });
        }
        let twice = refused("[columns]\nz = \"myNumber\"\na = \"myNumber\"");
        assert_eq!(twice.to_string(), "line 3: column a: myNumber is mapped already, to column z");
        assert_eq!(twice.fault.texts().ja, "列「a」: myNumber は列「z」に割り当て済みです。");
        let both = refused("ignore = [\"a\"]\n[columns]\na = \"myNumber\"");
        assert_eq!(both, LayoutError { line: 3, fault: LayoutFault::MappedAndIgnored("a".to_owned()) });
    }
}
