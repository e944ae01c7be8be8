//! In which column of a file each member stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::header::{self, Column};

/// Columns from 1, by the wire name of what stands in them (`validTo`, `maxCopaymentAmount.perDay`,
/// `certificationDetail.1.displayOrder`). A JSON array has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Columns(BTreeMap<String, u64>);

impl Columns {
    pub(super) fn read(header: &[Option<Column>]) -> Self {
        let named = |(index, column): (usize, &Option<Column>)| {
            Some((column.as_ref()?.wire_name(), header::number(index)))
        };
        Self(header.iter().enumerate().filter_map(named).collect())
    }

    /// Of a member that has no column of its own: the column of what it stands in, or the first of its parts.
    pub fn of(&self, field: &str) -> Option<u64> {
        let outwards =
            std::iter::successors(Some(field), |name| name.rsplit_once('.').map(|(outer, _)| outer));
        let own = outwards.into_iter().find_map(|name| self.0.get(name).copied());
        let is_part = |name: &str| name.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'));
        own.or_else(|| self.0.iter().filter(|(name, _)| is_part(name)).map(|(_, column)| *column).min())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headings: &[&str]) -> Columns {
        Columns::read(&headings.iter().map(|heading| Column::find(heading)).collect::<Vec<_>>())
    }

    #[test]
    fn a_member_stands_in_its_own_column_whatever_the_heading() {
        let columns = columns(&["個人番号", "validTo", "自己負担上限.perDay", "宛名番号", "券面.2.有効期限"]);
        for (field, column) in [
            ("myNumber", Some(1)),
            ("validTo", Some(2)),
            ("maxCopaymentAmount.perDay", Some(3)),
            ("certificationDetail.2.有効期限", Some(5)),
            ("historyKey", None),
        ] {
            assert_eq!(columns.of(field), column, "{field}");
        }
    }

    #[test]
    fn a_part_without_a_column_stands_in_that_of_the_whole_and_a_whole_in_the_first_of_its_parts() {
        let whole = columns(&["個人番号", "自己負担上限", "券面.2.b", "券面.1.a"]);
        assert_eq!(whole.of("maxCopaymentAmount.perMonth.facility"), Some(2));
        assert_eq!(whole.of("certificationDetail"), Some(3));
        let part = columns(&["自己負担上限.perMonth"]);
        assert_eq!(part.of("maxCopaymentAmount.perMonth.facility"), Some(1));
        assert_eq!(part.of("maxCopaymentAmount.perDay"), None);
    }
}
