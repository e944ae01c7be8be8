//! A municipality at the hub's registration door.

use axum::body::Body;
use pmh_service::PeerClient;
use pmh_wire::{
    Door, Party, PersonState, RecordResult, Results, SearchAnswer, SearchRequest, SubjectRecord, Task,
    TaskStatus, Tasks, paths,
};

use super::answers::{Answer, get, post, post_json, until};
use super::people::{Person, array};
use super::world::World;

pub(crate) struct Office {
    pub(crate) hub: PeerClient,
}

impl World {
    pub(crate) fn office(&self, municipality: &str) -> Office {
        Office { hub: self.client(Party::Municipality, municipality, Door::HubRegistration) }
    }
}

impl Office {
    pub(crate) async fn send(&self, body: impl Into<Body>) -> Answer {
        post_json(&self.hub, paths::SUBJECTS, body).await
    }

    pub(crate) async fn send_csv(&self, body: impl Into<Body>) -> Answer {
        post(&self.hub, paths::FILES, "text/csv", body).await
    }

    /// Hands records in and waits until all is done with them.
    pub(crate) async fn register(&self, records: &[SubjectRecord]) -> Task {
        let task: Task = self.send(array(records)).await.json();
        self.finished(&task.task_id).await
    }

    pub(crate) async fn task(&self, task_id: &str) -> Task {
        get(&self.hub, &paths::task(task_id)).await.json()
    }

    pub(crate) async fn finished(&self, task_id: &str) -> Task {
        let finished =
            async || Some(self.task(task_id).await).filter(|task| task.status == TaskStatus::Completed);
        until("the end of a task", finished).await
    }

    pub(crate) async fn tasks(&self) -> Vec<Task> {
        let Tasks { tasks, .. } = get(&self.hub, paths::TASKS).await.json();
        tasks
    }

    pub(crate) async fn results(&self, task_id: &str) -> Vec<RecordResult> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page: Results = get(&self.hub, &paths::task_results(task_id, after)).await.json();
            all.extend(page.results);
            after = page.next;
            if after.is_none() {
                return all;
            }
        }
    }

    /// What the municipality is shown of one of its people.
    pub(crate) async fn search(&self, person: &Person) -> Option<PersonState> {
        let request = SearchRequest { my_number: person.my_number.clone() };
        let answer: SearchAnswer = self.hub.post(paths::SEARCH, &request).await.unwrap();
        assert!(answer.people.len() <= 1);
        answer.people.into_iter().next()
    }
}
