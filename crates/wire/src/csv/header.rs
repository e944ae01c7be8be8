//! The header row: which column is which member.

use super::{
    layout::{CsvLayout, Heading},
    nested,
};
use crate::{
    Code, Problem,
    registration::{
        Fault,
        members::{MEMBERS, Slot},
    },
    registration::{SubjectRecord, echoed},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    /// A place in [`MEMBERS`].
    Member(usize),
    Nested(nested::Path),
}

impl Column {
    /// `None` if the heading is not known.
    pub(super) fn find(heading: &str) -> Option<Self> {
        let known = |place: &usize| MEMBERS[*place].name == heading || MEMBERS[*place].heading == heading;
        match (0..MEMBERS.len()).find(known) {
            Some(place) => Some(Self::Member(place)),
            None => nested::Path::find(heading).map(Self::Nested),
        }
    }

    pub(super) fn field(&self) -> &'static str {
        match self {
            Self::Member(place) => MEMBERS[*place].name,
            Self::Nested(path) => path.field(),
        }
    }

    /// With the inner member, unlike [`field`](Self::field).
    pub(super) fn wire_name(&self) -> String {
        match self {
            Self::Member(place) => MEMBERS[*place].name.to_owned(),
            Self::Nested(path) => path.wire_name(),
        }
    }

    /// A fault in this column, the `index`-th from 0.
    pub(super) fn fault(&self, code: Code, index: usize) -> Fault {
        Fault { column: Some(number(index)), ..Fault::at(code, self.field()) }
    }
}

/// Columns are counted from 1.
pub(super) fn number(index: usize) -> u64 {
    index as u64 + 1
}

/// Reads the headings; an ignored column is `None`. A file with a fault in its header is refused as a whole.
pub(super) fn read<'a>(
    headings: impl Iterator<Item = &'a str>,
    layout: &CsvLayout,
    line: u64,
) -> Result<Vec<Option<Column>>, Problem> {
    let found: Vec<_> = headings.map(|heading| (heading, layout.heading(heading))).collect();
    if !found.iter().any(|(_, found)| matches!(found, Heading::Column(_))) {
        return Err(Code::HeaderMissing.problem().at_line(line));
    }
    let mut columns = Vec::with_capacity(found.len());
    for (index, (heading, found)) in found.into_iter().enumerate() {
        let column = match found {
            Heading::Column(column) => Some(column),
            Heading::Ignored => None,
            Heading::Unknown => {
                let problem = Code::UnknownColumn.problem().at_line(line).at_column(number(index));
                return Err(match echoed(heading) {
                    Some(name) => problem.at_field(&name),
                    None => problem,
                });
            }
        };
        if let Some(again) = column.as_ref().filter(|_| columns.contains(&column)) {
            let problem = Code::DuplicateColumn.problem().at_field(again.field());
            return Err(problem.at_line(line).at_column(number(index)));
        }
        columns.push(column);
    }
    let mut blank = SubjectRecord::blank();
    for (place, member) in MEMBERS.iter().enumerate() {
        let slot = (member.slot)(&mut blank);
        // A file without certificate details has no column for them.
        let needed = slot.is_required() && !matches!(slot, Slot::Json(_));
        if needed && !columns.contains(&Some(Column::Member(place))) {
            return Err(Code::ColumnMissing.problem().at_line(line).at_field(member.name));
        }
    }
    Ok(columns)
}
