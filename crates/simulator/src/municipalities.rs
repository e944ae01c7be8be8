//! Local governments by code, from the open table in `fixtures/citycode.csv` (as of 2023-04-01; see
//! `fixtures/ORIGIN.md`). Wards of designated cities and codes that are younger are not in it.

use std::{collections::BTreeMap, sync::LazyLock};

use pmh_domain::MunicipalityCode;

const TABLE: &str = include_str!("../../../fixtures/citycode.csv");

/// Codes in the table: 47 prefectures and 1,741 municipalities.
pub const LOCAL_GOVERNMENTS: usize = 1_788;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalGovernment {
    pub code: MunicipalityCode,
    /// Its place in the table, from 0.
    pub place: u64,
    pub prefecture: &'static str,
    /// Empty for a prefecture.
    city: &'static str,
}

impl LocalGovernment {
    /// 大阪市, 東京都: what it calls itself.
    pub fn name(&self) -> &'static str {
        if self.city.is_empty() { self.prefecture } else { self.city }
    }

    /// 大阪府大阪市, 東京都: how an address in it begins.
    pub fn address(&self) -> String {
        format!("{}{}", self.prefecture, self.city)
    }
}

static LOCAL: LazyLock<BTreeMap<MunicipalityCode, LocalGovernment>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).zip(0..).map(|(row, place)| {
        let mut fields = row.split(',');
        let mut field = || fields.next().expect("every row of the table has five fields");
        let code = field().parse().expect("every code of the table follows the check digit");
        (code, LocalGovernment { code, place, prefecture: field(), city: field() })
    });
    rows.collect()
});

/// `None` for a code that follows the check digit and that nobody has.
pub fn find(code: MunicipalityCode) -> Option<&'static LocalGovernment> {
    LOCAL.get(&code)
}

/// In the order of their codes.
pub fn all() -> impl Iterator<Item = &'static LocalGovernment> {
    LOCAL.values()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(code: &str) -> Option<&'static str> {
        find(code.parse().unwrap()).map(LocalGovernment::name)
    }

    #[test]
    fn every_row_of_the_table_follows_the_check_digit() {
        let rows: Vec<&str> = TABLE.lines().skip(1).collect();
        assert_eq!(rows.len(), LOCAL_GOVERNMENTS);
        for row in rows {
            let code = row.split(',').next().unwrap();
            assert!(code.parse::<MunicipalityCode>().is_ok(), "{code}");
        }
        assert_eq!(all().count(), LOCAL_GOVERNMENTS, "no code stands in the table twice");
    }

    #[test]
    fn the_four_of_the_seeded_world_have_their_names() {
        assert_eq!(name("271004"), Some("大阪市"));
        assert_eq!(name("130001"), Some("東京都"));
        assert_eq!(name("111007"), Some("さいたま市"));
        assert_eq!(name("141305"), Some("川崎市"));
        assert_eq!(find("141305".parse().unwrap()).unwrap().address(), "神奈川県川崎市");
    }

    #[test]
    fn a_code_that_nobody_has_is_not_found() {
        assert_eq!(name("480002"), None);
    }
}
