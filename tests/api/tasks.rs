//! `GET /registration/v1/tasks`, `…/{taskId}`, `…/{taskId}/results`: each municipality sees its own.

use http::header::DATE;
use pmh_wire::{Code, Outcome, RESULTS_PER_PAGE, Results, SubjectRecord, Task, TaskStatus, paths};

use crate::support::answers::{Answer, get};
use crate::support::numbering::{is_away, numbers_everybody};
use crate::support::people::{array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

/// Everything that could tell two refusals apart.
fn shown(mut answer: Answer) -> (http::StatusCode, Vec<(String, String)>, bytes::Bytes) {
    answer.headers.remove(DATE);
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), format!("{value:?}")));
    (answer.status, headers.collect(), answer.body)
}

async fn a_foreign_task_and_an_unknown_one_get_the_same_answer(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    let task = osaka.register(&[person(0).record()]).await;
    assert!(tokyo.tasks().await.is_empty());
    let unknown = "task-00000000000000000000000000000000";
    for path in [paths::task, |id: &str| paths::task_results(id, None)] {
        let foreign = get(&tokyo.hub, &path(&task.task_id)).await;
        foreign.assert_refused(Code::NotFound, "a foreign task");
        let foreign = shown(foreign);
        for id in [unknown, "task-", "271004", "task-zz", "..%2f..", &task.task_id.to_uppercase()] {
            assert_eq!(shown(get(&tokyo.hub, &path(id)).await), foreign, "{id}");
        }
        assert!(get(&osaka.hub, &path(&task.task_id)).await.status.is_success());
    }
}

async fn a_foreign_person_is_neither_found_nor_deleted(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    osaka.register(&[person(0).record()]).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    assert_eq!(tokyo.search(&person(0)).await, None);

    let deletion = SubjectRecord { is_deleted: true, ..person(0).record() };
    let task = tokyo.register(&[deletion]).await;
    assert_eq!((task.rejected, task.deleted), (1, 0));
    let results = tokyo.results(&task.task_id).await;
    let drawn = (results[0].outcome, results[0].errors[0].code.as_str());
    assert_eq!(drawn, (Outcome::Rejected, Code::NothingToDelete.as_str()));
    let after = tables.rows().await;
    for table in ["person", "certificate", "answer", "route"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    let state = osaka.search(&person(0)).await.unwrap();
    assert!(!state.certificates[0].is_deleted);
}

async fn a_record_that_names_another_municipality_is_stored_in_neither(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let record = SubjectRecord { municipality_code: Some(TOKYO.to_owned()), ..person(0).record() };
    let task = world.office(OSAKA).register(&[record]).await;
    assert_eq!(task.rejected, 1);
    assert_eq!(world.office(TOKYO).search(&person(0)).await, None);
    assert_eq!(HubTables::open(place).await.count("person").await, 0);
}

async fn results_come_page_by_page_and_in_order(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let osaka = world.office(OSAKA);
    let count = RESULTS_PER_PAGE + 2;
    let mut records = vec![SubjectRecord { valid_to: String::new(), ..person(0).record() }; count];
    records[0] = person(0).record();
    let task = osaka.register(&records).await;
    assert_eq!((task.registered, task.rejected), (1, count as u64 - 1));
    let first: Results = get(&osaka.hub, &paths::task_results(&task.task_id, None)).await.json();
    assert_eq!((first.results.len(), first.next), (RESULTS_PER_PAGE, Some(RESULTS_PER_PAGE as u64)));
    let last: Results = get(&osaka.hub, &paths::task_results(&task.task_id, first.next)).await.json();
    assert_eq!((last.results.len(), last.next), (2, None));
    let lines: Vec<u64> = first.results.iter().chain(&last.results).map(|result| result.line).collect();
    assert_eq!(lines, (1..=count as u64).collect::<Vec<_>>());
    let nowhere = format!("{}?after=x", paths::task_results(&task.task_id, None));
    get(&osaka.hub, &nowhere).await.assert_refused(Code::NotFound, "a page that is none");
}

async fn the_same_content_is_the_same_task_until_that_is_finished(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    intermediate.follow(is_away);
    let osaka = world.office(OSAKA);
    let body = array(&[person(0).record(), person(1).record()]);
    let first: Task = osaka.send(body.clone()).await.json();
    let again: Task = osaka.send(body.clone()).await.json();
    assert_eq!(first.task_id, again.task_id);
    assert_eq!(osaka.tasks().await.len(), 1);
    let tokyo: Task = world.office(TOKYO).send(body.clone()).await.json();
    assert_ne!(tokyo.task_id, first.task_id, "another municipality's content is its own");

    intermediate.follow(numbers_everybody);
    assert_eq!(osaka.finished(&first.task_id).await.numbered, 2);
    let later: Task = osaka.send(body).await.json();
    assert_ne!(later.task_id, first.task_id);
    let later = osaka.finished(&later.task_id).await;
    assert_eq!((later.unchanged, later.numbering_pending), (2, 0));
    let listed: Vec<(String, TaskStatus)> =
        osaka.tasks().await.into_iter().map(|task| (task.task_id, task.status)).collect();
    let expected = [later.task_id, first.task_id].map(|id| (id, TaskStatus::Completed));
    assert_eq!(listed, expected, "the newest first");
}

for_each_store!(
    a_foreign_task_and_an_unknown_one_get_the_same_answer,
    a_foreign_person_is_neither_found_nor_deleted,
    a_record_that_names_another_municipality_is_stored_in_neither,
    results_come_page_by_page_and_in_order,
    the_same_content_is_the_same_task_until_that_is_finished,
);
