//! `GET /registration/v1/tasks` with filters and pages; whom a task waits for; how much may wait.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method};
use pmh_hub::WAITING_CHUNKS_MAX;
use pmh_wire::{ClockCommand, Code, SubjectRecord, TASKS_PER_PAGE, Task, TaskStatus, Tasks, WaitsFor, paths};

use crate::support::answers::{Answer, header, until};
use crate::support::held::Desk;
use crate::support::numbering::{is_away, numbers_everybody};
use crate::support::people::{array, person};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

const HOUR_MS: i64 = 60 * 60 * 1_000;

impl Office {
    async fn send_named(&self, name: &str, record: &SubjectRecord) -> Task {
        let mut headers = header("x-pmh-file-name".parse().unwrap(), name);
        headers.extend(header(CONTENT_TYPE, "application/json"));
        let body = array(std::slice::from_ref(record)).into();
        let answer = self.hub.send(Method::POST, paths::SUBJECTS, headers, body).await.unwrap();
        Answer::from(answer).json()
    }

    async fn list(&self, query: &str, headers: HeaderMap) -> Answer {
        let path = format!("{}?{query}", paths::TASKS);
        self.hub.send(Method::GET, &path, headers, Body::empty()).await.unwrap().into()
    }

    async fn assert_lists(&self, query: &str, expected: &[&Task]) {
        let Tasks { tasks, .. } = self.list(query, HeaderMap::new()).await.json();
        let ids = |tasks: &mut dyn Iterator<Item = &Task>| {
            tasks.map(|task| task.task_id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&mut tasks.iter()), ids(&mut expected.iter().copied()), "{query}");
    }
}

fn encoded(time: &str) -> String {
    time.replace('+', "%2B")
}

async fn tasks_are_found_by_status_time_and_name(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    let office = world.office(OSAKA);
    let first = office.send_named("%e3%81%93%e3%81%a9%e3%82%82.json", &person(0).record()).await;
    office.finished(&first.task_id).await;
    world.turn_clock(ClockCommand::AdvanceMs(HOUR_MS)).await;
    intermediate.follow(is_away);
    let second = office.send_named("b.json", &person(1).record()).await;
    let dam = office.dam(place).await;
    let held: Task = office.send(array(&[person(2).record()])).await.json();

    office.assert_lists("", &[&held, &dam, &second, &first]).await;
    office.assert_lists("status=completed", &[&first]).await;
    office.assert_lists("status=accepted", &[&held]).await;
    office.assert_lists("status=failed", &[]).await;
    let (early, late) = (encoded(&first.accepted_at), encoded(&second.accepted_at));
    office.assert_lists(&format!("to={early}"), &[&first]).await;
    office.assert_lists(&format!("from={late}"), &[&held, &dam, &second]).await;
    office.assert_lists(&format!("from={early}&to={early}&status=completed"), &[&first]).await;
    let named = header("x-pmh-file-name".parse().unwrap(), "%e3%81%93%e3%81%a9");
    let Tasks { tasks, .. } = office.list("", named).await.json();
    assert_eq!(tasks.iter().map(|task| &task.task_id).collect::<Vec<_>>(), [&first.task_id]);
    assert_eq!(tasks[0].file_name.as_deref(), Some("こども.json"));
    world.office(TOKYO).assert_lists("", &[]).await;
}

async fn a_filter_that_is_none_is_refused_with_its_name(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    for (query, field) in [
        ("status=done", Some("status")),
        ("from=2026-04-01", Some("from")),
        ("to=yesterday", Some("to")),
        ("after=x", Some("after")),
        ("fileName=a", None),
    ] {
        let answer = office.list(query, HeaderMap::new()).await;
        answer.assert_refused(Code::InvalidMember, query);
        assert_eq!(answer.problem().field.as_deref(), field, "{query}");
    }
}

/// 1,200 tasks after the only one, like it but for their ids.
macro_rules! many {
    ($id:literal) => {
        concat!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) \
             INSERT INTO registration_task (municipality_code, task, status, accepted_order, content_tag, \
             accepted_ms, chunks, next_chunk, received, registered, updated, unchanged, deleted, rejected, asked, \
             numbered, mismatched, not_found, superseded, key_version) SELECT municipality_code, ",
            $id,
            ", status, accepted_order + i, content_tag, accepted_ms, chunks, next_chunk, received, registered, \
             updated, unchanged, deleted, rejected, asked, numbered, mismatched, not_found, superseded, key_version \
             FROM registration_task, n WHERE accepted_order = 1"
        )
    };
}

async fn a_page_holds_so_many_tasks_and_the_next_begins_after_it(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (office, desk) = (world.office(OSAKA), Desk::open(place).await);
    let task = office.register(&[person(0).record()]).await;
    let is_sqlite = matches!(place.database(), pmh_store::Database::Sqlite { .. });
    let sql = if is_sqlite {
        many!("CAST(printf('%016d', i) AS BLOB)")
    } else {
        many!("CAST(LPAD(CAST(i AS TEXT), 16, '0') AS BYTEA)")
    };
    assert_eq!(desk.run(sql).await, 1_200);
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let query = after.map_or_else(String::new, |after: u64| format!("after={after}"));
        let Tasks { tasks, next } = office.list(&query, HeaderMap::new()).await.json();
        assert!(tasks.len() <= TASKS_PER_PAGE);
        seen.extend(tasks.into_iter().map(|task| task.task_id));
        pages += 1;
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (1_201, 7));
    assert_eq!(seen[1_200], task.task_id, "the oldest");
    assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), seen.len());
    // Nothing fits, and still the list comes to its end, in two looks.
    let Tasks { tasks, next } = office.list("status=failed", HeaderMap::new()).await.json();
    assert!(tasks.is_empty() && next.is_some());
    let Tasks { tasks, next } =
        office.list(&format!("status=failed&after={}", next.unwrap()), HeaderMap::new()).await.json();
    assert!(tasks.is_empty() && next.is_none());
}

async fn a_task_says_whom_it_waits_for_and_since_when(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    intermediate.follow(is_away);
    let office = world.office(OSAKA);
    office.dam(place).await;
    let second: Task = office.send(array(&[person(1).record()])).await.json();
    let waiting = second.waiting_for.unwrap();
    assert_eq!((waiting.whom, waiting.since), (WaitsFor::EarlierTask, second.accepted_at));
    let listed = office.tasks().await;
    assert_eq!(listed[0].waiting_for.as_ref().map(|wait| wait.whom), Some(WaitsFor::EarlierTask));
    let whom = listed[1].waiting_for.as_ref().map(|wait| wait.whom);
    assert!(whom.is_none_or(|whom| whom == WaitsFor::Database), "its turn has come: {whom:?}");
    // Another municipality's file waits for nobody's but its own.
    let theirs: Task = world.office(TOKYO).send(array(&[person(2).record()])).await.json();
    let waiting =
        until("the first question", async || world.office(TOKYO).task(&theirs.task_id).await.waiting_for)
            .await;
    assert_eq!(waiting.whom, WaitsFor::Intermediate);
}

/// As many chunks as may wait, of the only task.
const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 16383) \
     INSERT INTO registration_chunk (municipality_code, task, chunk, sealed, key_version) \
     SELECT municipality_code, task, i, content_tag, key_version FROM registration_task, n";

async fn while_too_many_rows_wait_a_body_is_refused_before_it_is_read(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (office, desk) = (world.office(OSAKA), Desk::open(place).await);
    office.register(&[person(0).record()]).await;
    assert_eq!(i64::try_from(desk.run(FILL).await).unwrap(), WAITING_CHUNKS_MAX);
    for (path, kind) in [(paths::SUBJECTS, "application/json"), (paths::FILES, "text/csv")] {
        // Not a byte ever comes, so an answer can only be to the header.
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let answer: Answer =
            office.hub.send(Method::POST, path, header(CONTENT_TYPE, kind), body).await.unwrap().into();
        answer.assert_refused(Code::TooManyRowsWait, path);
        assert!(answer.headers.contains_key(RETRY_AFTER));
    }
    assert_eq!(office.tasks().await.len(), 1);
    assert_eq!(world.office(TOKYO).register(&[person(1).record()]).await.registered, 1, "its own bound");
    desk.run("DELETE FROM registration_chunk WHERE chunk = 0").await;
    assert_eq!(office.register(&[person(2).record()]).await.registered, 1);
}

/// A, then B, then A again while the first A is unfinished: the second A is the last word.
async fn content_that_was_corrected_in_between_and_comes_again_is_a_task_of_its_own(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    intermediate.follow(is_away);
    let office = world.office(OSAKA);
    // The second person keeps the first task unfinished: the first one is taken over by B.
    let a = array(&[person(0).record(), person(1).record()]);
    let b = array(&[SubjectRecord { segment: Some("B".to_owned()), ..person(0).record() }]);
    let first: Task = office.send(a.clone()).await.json();
    let same: Task = office.send(a.clone()).await.json();
    assert_eq!(same.task_id, first.task_id, "nothing came in between");
    let between: Task = office.send(b).await.json();
    assert_eq!(office.task(&first.task_id).await.status, TaskStatus::Processing);
    let again: Task = office.send(a).await.json();
    assert!(again.task_id != first.task_id && again.task_id != between.task_id);
    intermediate.follow(numbers_everybody);
    let again = office.finished(&again.task_id).await;
    assert_eq!((again.updated, again.unchanged), (1, 1), "B's state was taken back");
    let unchanged = office.register(&[person(0).record()]).await;
    assert_eq!(unchanged.unchanged, 1, "what stands is A");
    assert_eq!(office.task(&first.task_id).await.status, TaskStatus::Completed);
}

for_each_store!(
    tasks_are_found_by_status_time_and_name,
    a_filter_that_is_none_is_refused_with_its_name,
    a_page_holds_so_many_tasks_and_the_next_begins_after_it,
    a_task_says_whom_it_waits_for_and_since_when,
    while_too_many_rows_wait_a_body_is_refused_before_it_is_read,
    content_that_was_corrected_in_between_and_comes_again_is_a_task_of_its_own,
);
