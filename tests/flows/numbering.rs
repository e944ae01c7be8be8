//! Numbering by the real intermediate server: who is numbered, who is not, and who stays whom.

use pmh_intermediate::Options;
use pmh_wire::{BasicFiveInfo, ItemName, SubjectRecord, Task, TaskSubjects, WaitsFor, paths};

use crate::support::answers::{get, until};
use crate::support::people::{Person, array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

async fn started(place: &TestDatabase, compare_five_items: bool) -> World {
    let world = World::hub_alone(place).await;
    world.start_intermediate(Options { compare_five_items }).await;
    world
}

/// Five people, each with another of the five items changed.
fn differing() -> [(Person, BasicFiveInfo); 5] {
    let changes: [fn(&mut BasicFiveInfo); 5] = [
        |five| five.name.push('子'),
        |five| five.name_kana.push('コ'),
        |five| five.address.push('1'),
        |five| five.date_of_birth = "2015-06-29".to_owned(),
        |five| five.sex = "1".to_owned(),
    ];
    let mut at = 0;
    changes.map(|change| {
        let person = person(at);
        at += 1;
        let mut five = person.five.clone();
        change(&mut five);
        (person, five)
    })
}

async fn states(office: &Office) -> Vec<String> {
    let mut states = Vec::new();
    for (person, _) in differing() {
        states.push(office.search(&person).await.unwrap().numbering);
    }
    states
}

async fn one_differing_item_of_five_is_not_numbered_until_it_is_corrected(place: &TestDatabase) {
    let world = started(place, true).await;
    let (office, tables) = (world.office(OSAKA), HubTables::open(place).await);
    let mistaken =
        differing().map(|(person, five)| SubjectRecord { basic_five_info: five, ..person.record() });
    let task = office.register(&mistaken).await;
    assert_eq!((task.registered, task.mismatched, task.numbered), (5, 5, 0));
    assert_eq!(states(&office).await, ["mismatch"; 5]);
    assert_eq!(tables.count("route").await, 0);
    let told = get(&office.hub, &paths::task(&task.task_id)).await.body;
    let told = String::from_utf8(told.to_vec()).unwrap();
    for item in ["name", "kana", "address", "birth", "sex"] {
        // The file's own name is a member of a task.
        assert!(!told.replace("fileName", "").to_lowercase().contains(item), "{told}");
    }

    let corrected = differing().map(|(person, _)| person.record());
    let task = office.register(&corrected).await;
    assert_eq!((task.updated, task.mismatched, task.numbered), (5, 0, 5));
    assert_eq!(states(&office).await, ["numbered"; 5]);
    assert_eq!(tables.count("route").await, 5);
}

/// The five faulty ones, somebody whom nobody knows, and one without fault.
fn mixed() -> Vec<SubjectRecord> {
    let mistaken =
        differing().map(|(person, five)| SubjectRecord { basic_five_info: five, ..person.record() });
    mistaken.into_iter().chain([person(500).record(), person(7).record()]).collect()
}

async fn with_the_check_off_the_number_alone_decides_and_nothing_else_differs(place: &TestDatabase) {
    let elsewhere = TestDatabase::sqlite();
    let mut runs = Vec::new();
    for (place, compare) in [(place, false), (&elsewhere, true)] {
        let world = started(place, compare).await;
        let office = world.office(OSAKA);
        let task = office.register(&mixed()).await;
        let mut results = office.results(&task.task_id).await;
        for result in &mut results {
            result.accepted_at = None;
        }
        let others = [person(500), person(7)];
        let others = [office.search(&others[0]).await.unwrap(), office.search(&others[1]).await.unwrap()];
        runs.push((task, results, states(&office).await, others));
    }
    let (off, on) = (&runs[0], &runs[1]);
    assert_eq!(
        (off.2.clone(), on.2.clone()),
        (vec!["numbered".to_owned(); 5], vec!["mismatch".to_owned(); 5])
    );
    assert_eq!((off.0.numbered, off.0.mismatched, on.0.numbered, on.0.mismatched), (6, 0, 1, 5));
    let otherwise = Task {
        task_id: on.0.task_id.clone(),
        accepted_at: on.0.accepted_at.clone(),
        numbered: 1,
        mismatched: 5,
        ..off.0.clone()
    };
    assert_eq!(otherwise, on.0);
    assert_eq!(off.1, on.1, "what is told of the rows");
    assert!(off.3 == on.3, "the two whom the check has nothing to say of");
}

/// In another spelling: half-width kana in one item, full-width digits in another.
fn spelled_otherwise(person: &Person) -> SubjectRecord {
    let mut record = person.record();
    record.basic_five_info.name_kana = record.basic_five_info.name_kana.replace("シケン", "ｼｹﾝ");
    record.basic_five_info.address = record.basic_five_info.address.replace("1丁目", "１丁目");
    record
}

async fn another_spelling_is_numbered_and_shown_by_its_items_until_it_is_gone(place: &TestDatabase) {
    let world = started(place, true).await;
    let office = world.office(OSAKA);
    let task = office.register(&[spelled_otherwise(&person(0)), person(1).record()]).await;
    assert_eq!((task.numbered, task.spelled_otherwise, task.mismatched), (2, 1, 0));
    let items = async |person: &Person| office.search(person).await.unwrap().spelled_otherwise;
    assert_eq!(items(&person(0)).await, [ItemName::NameKana, ItemName::Address]);
    assert!(items(&person(1)).await.is_empty());
    let listed: TaskSubjects = get(&office.hub, &paths::task_subjects(&task.task_id, None)).await.json();
    let listed: Vec<usize> = listed.people.iter().map(|person| person.spelled_otherwise.len()).collect();
    assert_eq!(listed, [2, 0]);

    let task = office.register(&[person(0).record()]).await;
    assert_eq!((task.updated, task.numbered, task.spelled_otherwise), (1, 1, 0));
    assert!(items(&person(0)).await.is_empty());
}

async fn with_the_check_off_no_spelling_is_told(place: &TestDatabase) {
    let world = started(place, false).await;
    let office = world.office(OSAKA);
    let task = office.register(&[spelled_otherwise(&person(0))]).await;
    assert_eq!((task.numbered, task.spelled_otherwise), (1, 0));
    assert!(office.search(&person(0)).await.unwrap().spelled_otherwise.is_empty());
}

/// The clerk is told what to do, and no item: the same words for each of the five.
async fn a_mismatch_is_told_with_a_text_and_without_its_item(place: &TestDatabase) {
    let world = started(place, true).await;
    let office = world.office(OSAKA);
    office.register(&mixed()).await;
    let mut told = Vec::new();
    for (person, _) in differing() {
        told.push(office.search(&person).await.unwrap().problem.unwrap());
    }
    assert_eq!((told[0].code.as_str(), told[0].field.as_deref()), ("PMH-N001", Some("basicFiveInfo")));
    assert!(told.iter().all(|problem| *problem == told[0]));
    let unknown = office.search(&person(500)).await.unwrap().problem.unwrap();
    assert_eq!((unknown.code.as_str(), unknown.field.as_deref()), ("PMH-N002", Some("myNumber")));
    assert_eq!(office.search(&person(7)).await.unwrap().problem, None);
}

async fn somebody_whom_the_insurers_do_not_know_is_not_numbered(place: &TestDatabase) {
    let world = started(place, true).await;
    let office = world.office(OSAKA);
    let task = office.register(&[person(500).record(), person(0).record()]).await;
    assert_eq!((task.not_found, task.numbered), (1, 1));
    assert_eq!(office.search(&person(500)).await.unwrap().numbering, "not_found");
}

/// Whoever is numbered, and then is said to be somebody else, is led to no longer.
async fn a_numbered_person_whose_items_stop_matching_loses_the_way_there(place: &TestDatabase) {
    let world = started(place, true).await;
    let (office, tables) = (world.office(OSAKA), HubTables::open(place).await);
    office.register(&[person(0).record()]).await;
    assert_eq!(tables.count("route").await, 1);
    let (_, five) = differing()[0].clone();
    office.register(&[SubjectRecord { basic_five_info: five, ..person(0).record() }]).await;
    assert_eq!(office.search(&person(0)).await.unwrap().numbering, "mismatch");
    assert_eq!((tables.count("route").await, tables.count("unrouted").await), (0, 1));
    office.register(&[person(0).record()]).await;
    assert_eq!(office.search(&person(0)).await.unwrap().numbering, "numbered");
    assert_eq!((tables.count("route").await, tables.count("unrouted").await), (1, 0), "and it comes back");
}

async fn a_person_keeps_the_pmh_id_over_records_and_municipalities(place: &TestDatabase) {
    let world = started(place, true).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    // At once, so that both may ask for a PMH-ID that is not there yet.
    let record = [person(0).record()];
    let (one, other) = tokio::join!(osaka.register(&record), tokyo.register(&record));
    assert_eq!((one.numbered, other.numbered), (1, 1));
    let pmh_id = world.pmh_id_of(&person(0)).await;

    let later = SubjectRecord { segment: Some("小学生".to_owned()), ..person(0).record() };
    let task = osaka.register(&[later]).await;
    assert_eq!((task.updated, task.numbered), (1, 1), "asked for again");
    assert_eq!(world.pmh_id_of(&person(0)).await, pmh_id);
    let rows = HubTables::open(place).await.rows().await;
    assert_eq!((rows["person"], rows["route"]), (2, 2), "one person in each of two partitions");
}

async fn what_is_registered_while_the_intermediate_server_is_away_is_numbered_when_it_comes(
    place: &TestDatabase,
) {
    let world = World::hub_alone(place).await;
    let office = world.office(OSAKA);
    let task: Task = office.send(array(&[person(0).record(), person(1).record()])).await.json();
    let waiting = until("the waiting", async || {
        let task = office.task(&task.task_id).await;
        task.waiting_for.is_some().then_some(task)
    })
    .await;
    assert_eq!(waiting.waiting_for.map(|wait| wait.whom), Some(WaitsFor::Intermediate));
    assert_eq!((waiting.registered, waiting.rejected, waiting.numbering_pending), (2, 0, 2));
    assert_eq!(office.search(&person(0)).await.unwrap().numbering, "awaiting");

    world.start_intermediate(Options::default()).await;
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.numbered, task.numbering_pending, task.waiting_for), (2, 0, None));
}

for_each_store!(
    one_differing_item_of_five_is_not_numbered_until_it_is_corrected,
    with_the_check_off_the_number_alone_decides_and_nothing_else_differs,
    another_spelling_is_numbered_and_shown_by_its_items_until_it_is_gone,
    with_the_check_off_no_spelling_is_told,
    a_mismatch_is_told_with_a_text_and_without_its_item,
    somebody_whom_the_insurers_do_not_know_is_not_numbered,
    a_numbered_person_whose_items_stop_matching_loses_the_way_there,
    a_person_keeps_the_pmh_id_over_records_and_municipalities,
    what_is_registered_while_the_intermediate_server_is_away_is_numbered_when_it_comes,
);
