//! Erasing for good, seen from every side.

use std::fs;
use std::path::Path;

use pmh_store::{Database, Store, on_connection};
use pmh_wire::{
    Binding, Code, DeletionForm, Door, Enrol, Erasure, ErasureStatus, ErasureWay, Erasures, HeldKind,
    Outcome, OwnRecords, Party, Received, Residue, SubjectRecord, paths,
};

use crate::support::erasing::{DOCUMENT, SECOND, for_everything, for_person, rows_of};
use crate::support::people::{Person, person};
use crate::support::rows::{HubTables, Rows};
use crate::support::search::Search;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

fn deleted(record: SubjectRecord) -> SubjectRecord {
    SubjectRecord { is_deleted: true, ..record }
}

async fn an_erased_person_is_in_no_table_and_seen_by_nobody(place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    let second = SubjectRecord { history_key: "H-second".to_owned(), ..person(0).record() };
    office.register(&[person(0).record(), second.clone(), person(1).record()]).await;
    let session = world.bound_session(&person(0)).await;
    office.register(&[deleted(second)]).await;
    world.until_seen(&person(0)).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;

    let done = office.erase(&for_person(&person(0))).await;
    assert_eq!((done.status, done.way), (ErasureStatus::Erased, Some(ErasureWay::Municipality)));
    let took = ["person", "certificate", "answer", "route"].map(|table| rows_of(&done, table));
    assert_eq!(took, [1, 2, 1, 1]);
    let certificates = done.erased.iter().find(|one| one.table == "certificate").unwrap();
    assert_eq!((certificates.form, certificates.logically_deleted_before), (DeletionForm::Physical, 1));
    let held: Vec<Party> = done.left_elsewhere.iter().map(|one| one.party).collect();
    assert_eq!(held, [Party::Intermediate, Party::Eligibility, Party::Portal]);
    assert!(done.left_elsewhere[0].holds.contains(&HeldKind::IndividualNumber));
    assert_eq!(done.residue, Some(clean(place)));
    let shown: Erasure = office.erasure(&done.erasure_id).await.json();
    assert_eq!(shown, Erasure { residue: None, ..done }, "the record is what was answered");

    let after = tables.rows().await;
    for (table, gone) in
        [("person", 1), ("certificate", 2), ("answer", 1), ("route", 1), ("binding", 1), ("unbinding", 0)]
    {
        assert_eq!(after[table], before[table] - gone, "{table}");
    }
    assert!(world.seen_at_clinic(&person(0)).await.is_empty());
    assert_eq!(world.seen_at_clinic(&person(1)).await.len(), 1);
    world.own_records(&session).await.assert_refused(Code::NotBoundYet, "an erased person");
    assert!(office.search(&person(0)).await.is_none());
    assert_eq!(world.login(&person(0)).await.binding, Binding::Waiting);
}

fn clean(place: &TestDatabase) -> Residue {
    match place.database() {
        Database::Sqlite { .. } => Residue::None,
        Database::Postgres { .. } => Residue::DeadTuples,
    }
}

async fn whoever_was_erased_can_be_registered_again_and_signs_up_again(place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let session = world.bound_session(&person(0)).await;
    let pmh_id = world.pmh_id_of(&person(0)).await;
    office.erase(&for_person(&person(0))).await;
    world.own_records(&session).await.assert_refused(Code::NotBoundYet, "an erased person");

    let task = office.register(&[person(0).record()]).await;
    assert_eq!((task.registered, task.numbered), (1, 1));
    assert_eq!(world.pmh_id_of(&person(0)).await, pmh_id, "a number keeps its PMH-ID (001:38)");
    assert_eq!(world.until_seen(&person(0)).await.len(), 1);
    let again = Enrol { people: vec![person(0).at_eligibility()] };
    let answer = world.post_plain(Door::EligibilityAdmin, paths::ADMIN_PEOPLE, &again).await;
    answer.json::<Received>();
    let session = world.bound_session(&person(0)).await;
    assert_eq!(world.own_records(&session).await.json::<OwnRecords>().subsidies.len(), 1);
}

async fn a_binding_stays_as_long_as_any_municipality_has_the_person(place: &TestDatabase) {
    let world = World::whole(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    osaka.register(&[person(0).record()]).await;
    tokyo.register(&[person(0).record()]).await;
    let session = world.bound_session(&person(0)).await;
    let tables = HubTables::open(place).await;
    let done = osaka.erase(&for_person(&person(0))).await;
    assert!(done.erased.iter().all(|one| one.table != "binding"), "Osaka is not told of others");
    assert_eq!((tables.count("binding").await, tables.count("unbinding").await), (1, 0));
    assert_eq!(world.own_records(&session).await.json::<OwnRecords>().subsidies.len(), 1);
    let last = tokyo.erase(&for_person(&person(0))).await;
    assert_eq!(tables.count("binding").await, 0);
    let alike = |erasure: Erasure| (erasure.erased, erasure.left_elsewhere);
    assert!(alike(done) == alike(last), "neither report tells whether the person is known elsewhere");
}

/// A mismatch takes the route away and the person stays registered.
async fn a_person_without_a_route_keeps_the_binding_until_they_are_erased(place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let session = world.bound_session(&person(0)).await;
    let mut mistaken = person(0).record();
    "コタエ　チガイ".clone_into(&mut mistaken.basic_five_info.name_kana);
    let tables = HubTables::open(place).await;
    let stand = async || {
        let rows = tables.rows().await;
        (rows["route"], rows["unrouted"], rows["binding"])
    };
    assert_eq!(office.register(&[mistaken.clone()]).await.mismatched, 1);
    assert_eq!(stand().await, (0, 1, 1));
    assert!(world.own_records(&session).await.json::<OwnRecords>().subsidies.is_empty());
    office.register(&[person(0).record()]).await;
    assert_eq!(stand().await, (1, 0, 1));
    assert_eq!(world.own_records(&session).await.json::<OwnRecords>().subsidies.len(), 1);
    office.register(&[mistaken]).await;
    let done = office.erase(&for_person(&person(0))).await;
    assert_eq!(rows_of(&done, "unrouted"), 1);
    assert_eq!(stand().await, (0, 0, 0));
}

async fn results_keep_their_lines_and_lose_the_history_keys_of_who_was_erased(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let task = office.register(&[person(0).record(), person(1).record()]).await;
    let withdrawn = office.register(&[deleted(person(1).record())]).await;
    let results = office.results(&withdrawn.task_id).await;
    assert_eq!((results[0].outcome, results[0].deletion), (Outcome::Deleted, Some(DeletionForm::Logical)));
    let done = office.erase(&for_person(&person(0))).await;
    let redacted = done.erased.iter().find(|one| one.table == "registration_result").unwrap();
    assert_eq!((redacted.form, redacted.rows), (DeletionForm::Redacted, 1));
    let results = office.results(&task.task_id).await;
    let keys: Vec<Option<&str>> = results.iter().map(|result| result.history_key.as_deref()).collect();
    assert_eq!(keys, [None, Some("H-0001")]);
    assert!(results.iter().all(|result| result.outcome == Outcome::Registered && result.deletion.is_none()));
}

async fn both_ways_leave_equal_stores(place: &TestDatabase) {
    let other = match place.database() {
        Database::Sqlite { .. } => TestDatabase::sqlite(),
        Database::Postgres { .. } => TestDatabase::postgres().await,
    };
    let by_operator = async |place: &TestDatabase, operator: bool| {
        let (world, _) = World::hub(place).await;
        let office = world.office(OSAKA);
        office.register(&[person(0).record(), person(1).record(), person(2).record()]).await;
        for at in [0, 2] {
            office.ask_to_erase(&for_person(&person(at))).await.json::<Erasure>();
        }
        let mut erased = if operator {
            let done: Erasures = world.erase_as_operator(OSAKA, DOCUMENT, SECOND).await.json();
            done.erasures
        } else {
            let mut done = Vec::new();
            for asked in office.erasures().await {
                done.push(office.approve(&asked.erasure_id, SECOND).await.json::<Erasure>());
            }
            done
        };
        erased.sort_by(|one, other| one.erasure_id.cmp(&other.erasure_id));
        let counts: Vec<_> = erased.into_iter().map(|one| (one.erased, one.status, one.reason)).collect();
        let mut rows: Rows = HubTables::open(place).await.rows().await;
        // The operator's look for requests is an act of its own.
        rows.remove("audit");
        (rows, counts)
    };
    let (one, other) = (by_operator(place, false).await, by_operator(&other, true).await);
    assert_eq!(one.0, other.0);
    assert!(one.1 == other.1 && one.1.len() == 2);
}

async fn a_whole_partition_goes_with_a_report_and_the_other_one_stays(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    let people: Vec<SubjectRecord> = (0..8).map(|at| person(at).record()).collect();
    osaka.register(&people).await;
    osaka.register(&[deleted(person(3).record())]).await;
    osaka.ask_to_erase(&for_person(&person(1))).await.json::<Erasure>();
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    tokyo.register(&[person(0).record()]).await;

    let done = osaka.erase(&for_everything()).await;
    for table in ["person", "certificate", "answer", "route", "registration_task", "registration_result"] {
        assert_eq!(rows_of(&done, table), u64::try_from(before[table]).unwrap(), "{table}");
    }
    let certificates = done.erased.iter().find(|one| one.table == "certificate").unwrap();
    assert_eq!(certificates.logically_deleted_before, 1);
    let left = osaka_rows(&pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap()).await;
    assert!(left.iter().all(|(_, rows)| *rows == 0), "{left:?}");
    assert!(osaka.tasks().await.is_empty());
    let mut statuses: Vec<ErasureStatus> = osaka.erasures().await.iter().map(|one| one.status).collect();
    statuses.sort_by_key(|status| *status == ErasureStatus::Lapsed);
    assert_eq!(statuses, [ErasureStatus::Erased, ErasureStatus::Lapsed]);

    assert_eq!(tables.count("person").await, 1, "Tokyo's");
    assert!(tokyo.search(&person(0)).await.is_some());
    let again = osaka.register(&people).await;
    assert_eq!((again.registered, again.numbered), (8, 8));
}

/// Every table that has a municipality in it and holds what was registered.
async fn osaka_rows(desk: &Store) -> Vec<(&'static str, i64)> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM person",
        "SELECT COUNT(*) FROM certificate",
        "SELECT COUNT(*) FROM answer",
        "SELECT COUNT(*) FROM route",
        "SELECT COUNT(*) FROM unrouted",
        "SELECT COUNT(*) FROM registration_task",
        "SELECT COUNT(*) FROM registration_chunk",
        "SELECT COUNT(*) FROM registration_result",
        "SELECT COUNT(pending) FROM erasure",
    ] {
        let mut tx = desk.read().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let text = format!("{sql} WHERE municipality_code = '{OSAKA}'");
        let count: i64 = on_connection!(&mut tx, conn =>
            sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(conn).await.unwrap());
        rows.push((sql, count));
    }
    rows
}

for_each_store!(
    an_erased_person_is_in_no_table_and_seen_by_nobody,
    whoever_was_erased_can_be_registered_again_and_signs_up_again,
    a_binding_stays_as_long_as_any_municipality_has_the_person,
    a_person_without_a_route_keeps_the_binding_until_they_are_erased,
    results_keep_their_lines_and_lose_the_history_keys_of_who_was_erased,
    both_ways_leave_equal_stores,
    a_whole_partition_goes_with_a_report_and_the_other_one_stays,
);

/// Tags and sealed values of everybody, by the municipality's own count.
async fn values(desk: &Store) -> Vec<(i64, Vec<u8>)> {
    let mut values = Vec::new();
    for sql in [
        "SELECT person, number_tag FROM person",
        "SELECT person, identity FROM person",
        "SELECT person, pmh_id FROM person",
        "SELECT person, sealed FROM certificate",
        "SELECT person, sealed FROM answer",
        "SELECT person, pmh_tag FROM route",
        "SELECT person, mac FROM route",
    ] {
        let mut tx = desk.read().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let found: Vec<(i64, Vec<u8>)> =
            on_connection!(&mut tx, conn => sqlx::query_as(sql).fetch_all(conn).await.unwrap());
        values.extend(found);
    }
    values
}

fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(bytes_below(&path));
        } else if path.to_string_lossy().contains("hub.sqlite") {
            bytes.extend(fs::read(&path).unwrap());
        }
    }
    bytes
}

/// The whole value may be cut by a page; no overflow page begins within the first bytes of a row.
fn beginning((_, value): &(i64, Vec<u8>)) -> &[u8] {
    &value[..value.len().min(24)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_of_an_erased_person_is_left_in_the_files() {
    let place = TestDatabase::sqlite();
    let Database::Sqlite { folder } = place.database() else { panic!("it is SQLite") };
    let (world, _) = World::hub(&place).await;
    let office = world.office(OSAKA);
    // More than a page of each table, so that rows have moved about.
    let people: Vec<Person> = (0..120).map(person).collect();
    let records: Vec<SubjectRecord> = people.iter().map(Person::record).collect();
    office.register(&records).await;
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    let before = values(&desk).await;
    desk.close().await;
    assert_eq!(before.len(), 7 * people.len());
    let erased: Vec<u64> = vec![0, 59, 60, 119];
    for at in &erased {
        let done = office.erase(&for_person(&person(*at))).await;
        assert_eq!(done.residue, Some(Residue::None));
    }
    let search = Search::of(before.iter().map(beginning));
    let found = search.found_in(&bytes_below(folder));
    let gone = |person: i64| erased.iter().any(|at| i64::try_from(*at).unwrap() + 1 == person);
    for (at, (person, value)) in before.iter().enumerate() {
        assert_eq!(found.contains(&at), !gone(*person), "person {person}, {} bytes", value.len());
    }
    assert_eq!(office.erase(&for_everything()).await.residue, Some(Residue::None));
    assert!(search.found_in(&bytes_below(folder)).is_empty());
}
