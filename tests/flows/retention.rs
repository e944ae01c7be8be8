//! What becomes too old is erased by itself, by virtual time.

use pmh_domain::PmhPseudonym;
use pmh_wire::{
    BindingAnswer, BindingRequest, ClockCommand, Code, DeletionForm, Erasure, ErasureReason, ErasureScope,
    ErasureStatus, ErasureWay, SubjectRecord, paths,
};

use crate::support::answers::get;
use crate::support::erasing::{SECOND, for_person, rows_of};
use crate::support::people::person;
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl World {
    async fn days_pass(&self, days: i64) {
        self.turn_clock(ClockCommand::AdvanceMs(days * DAY_MS)).await;
    }
}

async fn results_of_finished_files_go_after_ninety_days_and_their_counts_stay(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let task = office.register(&[person(0).record()]).await;
    // Housekeeping sees that it is finished.
    world.days_pass(1).await;
    world.days_pass(89).await;
    assert_eq!(office.results(&task.task_id).await.len(), 1);
    world.days_pass(1).await;
    let results = get(&office.hub, &paths::task_results(&task.task_id, None)).await;
    results.assert_refused(Code::ResultsErased, "after ninety days");
    assert_eq!(office.task(&task.task_id).await.registered, 1);
    let [record] = <[Erasure; 1]>::try_from(office.erasures().await).unwrap();
    assert_eq!((record.scope, record.reason), (ErasureScope::Retention, ErasureReason::TooOld));
    assert_eq!((record.status, record.way), (ErasureStatus::Erased, Some(ErasureWay::Retention)));
    assert_eq!(record.erased[0].form, DeletionForm::Physical);
    assert_eq!(rows_of(&record, "registration_result"), 1);
    world.days_pass(1).await;
    assert_eq!(office.erasures().await.len(), 1, "nothing more, no record more");
}

async fn a_deleted_certificate_goes_after_five_years_and_its_holder_with_the_last_one(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let deleted = |record: SubjectRecord| SubjectRecord { is_deleted: true, ..record };
    let second = SubjectRecord { history_key: "H-second".to_owned(), ..person(1).record() };
    let records = [person(0).record(), person(1).record(), second, person(2).record()];
    office.register(&records).await;
    let request = BindingRequest {
        pmh_id: person(0).pmh_id().expose_text(),
        pmh_pseudonym: PmhPseudonym::from_bytes([7; 32]).expose_text(),
    };
    world.portal().post::<_, BindingAnswer>(paths::BINDINGS, &request).await.unwrap();
    office.register(&[deleted(person(0).record()), deleted(person(1).record())]).await;

    let tables = HubTables::open(place).await;
    let stand = async || {
        let rows = tables.rows().await;
        ["person", "certificate", "answer", "route", "binding"].map(|table| rows[table])
    };
    world.days_pass(5 * 365 + 1).await;
    assert_eq!(stand().await, [3, 4, 3, 3, 1]);
    world.days_pass(2).await;
    assert_eq!(stand().await, [2, 2, 2, 2, 0], "one person whole, and one certificate of another");
    assert!(office.search(&person(0)).await.is_none());
    assert_eq!(office.search(&person(1)).await.unwrap().certificates.len(), 1);
    let records = office.erasures().await;
    let certificates: Vec<_> =
        records.iter().flat_map(|one| &one.erased).filter(|one| one.table == "certificate").collect();
    assert_eq!(certificates.len(), 1);
    assert_eq!((certificates[0].rows, certificates[0].logically_deleted_before), (2, 2));
}

/// A certificate that was registered anew is no longer deleted, and its time begins anew.
async fn a_certificate_that_came_back_is_kept(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    office.register(&[SubjectRecord { is_deleted: true, ..person(0).record() }]).await;
    world.days_pass(1_000).await;
    office.register(&[person(0).record()]).await;
    world.days_pass(2_000).await;
    assert_eq!(office.search(&person(0)).await.unwrap().certificates.len(), 1);
}

async fn a_request_that_nobody_carries_out_lapses_after_thirty_days(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let asked: Erasure = office.ask_to_erase(&for_person(&person(0))).await.json();
    world.days_pass(29).await;
    assert_eq!(office.erasure(&asked.erasure_id).await.json::<Erasure>().status, ErasureStatus::Requested);
    world.days_pass(2).await;
    assert_eq!(office.erasure(&asked.erasure_id).await.json::<Erasure>().status, ErasureStatus::Lapsed);
    let late = office.approve(&asked.erasure_id, SECOND).await;
    late.assert_refused(Code::ErasureNotPending, "too late");
    assert!(office.search(&person(0)).await.is_some());
}

for_each_store!(
    results_of_finished_files_go_after_ninety_days_and_their_counts_stay,
    a_deleted_certificate_goes_after_five_years_and_its_holder_with_the_last_one,
    a_certificate_that_came_back_is_kept,
    a_request_that_nobody_carries_out_lapses_after_thirty_days,
);
