//! A CSV with more than forty faults of different kinds: each is told with line, column and code, and all good rows
//! are in.

use pmh_simulator::fixtures;
use pmh_wire::{Outcome, Task};

use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

async fn every_fault_is_told_with_line_column_and_code_and_every_good_row_is_in(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let expected: Vec<_> = fixtures::osaka_faults()
        .into_iter()
        .map(|fault| (fault.line, Some(fault.column), fault.code.as_str().to_owned(), fault.field.to_owned()))
        .collect();
    assert!(expected.len() > 40);
    let files = [fixtures::OSAKA_CHILD_FAULTY, fixtures::OSAKA_CHILD_FAULTY_SJIS];
    for (file, is_first) in files.into_iter().zip([true, false]) {
        let task: Task = office.send_csv(file).await.json();
        let task = office.finished(&task.task_id).await;
        let good = task.received - expected.len() as u64;
        assert_eq!(task.rejected, expected.len() as u64);
        assert_eq!(if is_first { task.registered } else { task.unchanged }, good);
        let results = office.results(&task.task_id).await;
        assert_eq!(results.len() as u64, task.received);
        let found: Vec<_> = results
            .iter()
            .flat_map(|result| result.errors.iter().map(move |error| (result.line, error)))
            .map(|(line, error)| {
                (line, error.column, error.code.clone(), error.field.clone().unwrap_or_default())
            })
            .collect();
        assert_eq!(found, expected);
        let refused = results.iter().filter(|result| result.outcome == Outcome::Rejected);
        assert!(refused.map(|result| result.line).eq(expected.iter().map(|(line, ..)| *line)));
        assert!(results.iter().all(|result| result.warnings.is_empty()));
        assert_eq!(HubTables::open(place).await.count("certificate").await, i64::try_from(good).unwrap());
    }
}

for_each_store!(every_fault_is_told_with_line_column_and_code_and_every_good_row_is_in);
