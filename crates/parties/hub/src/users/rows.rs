//! What a user may hand in, row by row: programs in charge (001:299) and, for deletion records, the right to delete.
//! A row beyond that is rejected like any other faulty one, together with whatever else is wrong with it.

use std::collections::BTreeSet;

use pmh_domain::ProgramId;
use pmh_domain::user::{PROGRAMS_MAX, Right};
use pmh_wire::Code;
use pmh_wire::registration::{Fault, SubjectRecord};

use crate::access::PartitionAccess;
use crate::registration::{StoredFault, WaitingRow};
use crate::state::Desk;

/// The row as it may wait for the partition's worker, which knows nobody's rights any more.
pub(crate) fn admit_row(
    desk: &Desk,
    access: &PartitionAccess,
    row: WaitingRow,
    programs: &mut TaskPrograms,
) -> WaitingRow {
    let Some(caller) = access.caller() else { return row };
    let WaitingRow::Record { line, record } = row else { return row };
    let mut refused = Vec::new();
    match program_of(&record) {
        Some(program) if caller.programs.contains(&program) => programs.add(program),
        Some(_) => refused.push(Fault::at(Code::NotInCharge, "programId")),
        // Without a readable program the worker rejects the row.
        None => {}
    }
    if record.is_deleted && !caller.rights.holds(Right::Delete) {
        refused.push(Fault::at(Code::DeletionRightMissing, "isDeleted"));
    }
    if refused.is_empty() {
        return WaitingRow::Record { line, record };
    }
    let parsed = record.parse(access.municipality(), desk.rules);
    // Colleagues read the task's results: of a program that is not theirs they get the number of the line alone.
    let is_foreign = refused.iter().any(|fault| fault.code == Code::NotInCharge);
    let history_key = parsed.history_key.filter(|_| !is_foreign);
    refused.extend(parsed.subject.err().unwrap_or_default());
    let faults = refused.iter().map(StoredFault::from).collect();
    WaitingRow::Rejected { line, history_key, faults }
}

/// The program as the worker will read it.
fn program_of(record: &SubjectRecord) -> Option<ProgramId> {
    ProgramId::parse(record.program_id.as_ref().unwrap_or(&record.org_specific_certificate_type_id)).ok()
}

/// The programs of a task's rows. A file that names more than an account may is for those alone who are in charge of
/// everything.
#[derive(Default)]
pub(crate) struct TaskPrograms {
    programs: BTreeSet<ProgramId>,
    has_more: bool,
}

const SEPARATOR: &str = ",";
const MORE: &str = "*";

impl TaskPrograms {
    fn add(&mut self, program: ProgramId) {
        if self.programs.contains(&program) {
            return;
        }
        if self.programs.len() == PROGRAMS_MAX {
            self.has_more = true;
        } else {
            self.programs.insert(program);
        }
    }

    /// As it stands in its column; no program's name has these characters.
    pub(crate) fn to_text(&self) -> String {
        if self.has_more {
            return MORE.to_owned();
        }
        let programs: Vec<&str> = self.programs.iter().map(ProgramId::as_str).collect();
        programs.join(SEPARATOR)
    }

    /// Whether whoever acts is in charge of every program of this text.
    pub(crate) fn are_in_charge(text: &str, access: &PartitionAccess) -> bool {
        if text == MORE {
            return access.is_in_charge_of_all();
        }
        text.split(SEPARATOR)
            .filter(|program| !program.is_empty())
            .all(|program| ProgramId::parse(program).is_ok_and(|program| access.is_in_charge_of(&program)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_too_many_programs_names_none_of_them() {
        let mut programs = TaskPrograms::default();
        for number in 0..=PROGRAMS_MAX {
            assert_ne!(programs.to_text(), MORE);
            programs.add(ProgramId::parse(&format!("p{number}")).unwrap());
        }
        assert_eq!(programs.to_text(), MORE);
    }

    #[test]
    fn programs_are_written_once_each() {
        let mut programs = TaskPrograms::default();
        for name in ["b", "a", "b"] {
            programs.add(ProgramId::parse(name).unwrap());
        }
        assert_eq!(programs.to_text(), "a,b");
    }
}
