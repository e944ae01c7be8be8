//! Seed files reach the hub, each at least once and finished once, whatever happens on the way.

use pmh_wire::{SubjectRecord, Task, TaskStatus};

use super::support::{Mood, OSAKA, Sent, Surroundings, TOKYO, file, number, office};
use crate::store::chunk::{self, ChunkKey};
use crate::store::submission::{self, State};

/// Its arrival at the hub shows that the file before it is finished and stored as such.
const LAST: &str = "last.json";

fn osaka(name: &str, numbers: std::ops::Range<u64>) -> Surroundings {
    Surroundings::new(vec![office(OSAKA, vec![file(name, numbers), file(LAST, 0..1)])])
}

#[tokio::test]
async fn every_municipality_sends_its_own_files_under_its_own_certificate() {
    let mut surroundings = Surroundings::new(vec![
        office(OSAKA, vec![file("osaka.json", 0..3)]),
        office(TOKYO, vec![file("tokyo.json", 10..12)]),
    ]);
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    let mut seen = [surroundings.events.recv().await.unwrap(), String::new()];
    while seen[1].is_empty() {
        let event = surroundings.events.recv().await.unwrap();
        if event.starts_with("submit") {
            seen[1] = event;
        }
    }
    municipal.stop().await;
    let sent = surroundings.hub.sent.lock().unwrap();
    let of = |code: &str| sent.iter().find(|sent| sent.municipality == code).unwrap();
    assert!(records(of(OSAKA)) == file("", 0..3).records && of(OSAKA).file_name == "osaka.json");
    assert!(records(of(TOKYO)) == file("", 10..12).records && of(TOKYO).file_name == "tokyo.json");
    assert_eq!(of(OSAKA).content_type, "application/json");
}

#[tokio::test]
async fn a_file_of_several_chunks_arrives_as_one_array() {
    let mut surroundings = osaka("large.json", 0..1201);
    surroundings.open_hub();
    let _municipal = surroundings.start().await;
    surroundings.seen("submit large.json").await;
    let sent = surroundings.hub.sent.lock().unwrap();
    assert!(records(&sent[0]) == file("", 0..1201).records);
}

#[tokio::test]
async fn a_file_without_records_is_an_empty_array() {
    let mut surroundings = osaka("empty.json", 0..0);
    surroundings.open_hub();
    let _municipal = surroundings.start().await;
    surroundings.seen("submit empty.json").await;
    assert_eq!(&surroundings.hub.sent.lock().unwrap()[0].body[..], b"[]");
}

#[tokio::test]
async fn files_wait_for_a_hub_that_is_away() {
    let mut surroundings = osaka("children.json", 0..3);
    let municipal = surroundings.start().await;
    assert_eq!(municipal.count("submissions_sent"), 0);
    surroundings.open_hub();
    surroundings.seen(&format!("submit {LAST}")).await;
    let sent = surroundings.hub.sent.lock().unwrap();
    assert_eq!(sent.len(), 2, "each once");
    assert_eq!(municipal.count("submissions_done"), 1);
}

#[tokio::test]
async fn after_a_lost_answer_the_same_bytes_are_sent_again() {
    let mut surroundings = osaka("children.json", 0..3);
    surroundings.hub.mood.lock().unwrap().loses_answers = 1;
    surroundings.open_hub();
    let _municipal = surroundings.start().await;
    surroundings.seen(&format!("submit {LAST}")).await;
    let sent = surroundings.hub.sent.lock().unwrap();
    assert_eq!(sent.len(), 3);
    assert!(sent[0] == sent[1], "so the hub knows its task again");
}

#[tokio::test]
async fn killed_before_the_answer_was_stored_it_sends_the_same_bytes_again() {
    let mut surroundings = osaka("children.json", 0..3);
    surroundings.hub.mood.lock().unwrap().stalls = true;
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    surroundings.seen("poll task-children").await;
    municipal.stop().await;
    // What a kill -9 between the hub's answer and its commit here leaves.
    set_state(&surroundings, 1, &State::Pending).await;

    surroundings.hub.mood.lock().unwrap().stalls = false;
    let _municipal = surroundings.start().await;
    surroundings.seen(&format!("submit {LAST}")).await;
    let sent = surroundings.hub.sent.lock().unwrap();
    assert_eq!(sent.len(), 3);
    assert!(sent[0] == sent[1]);
}

#[tokio::test]
async fn after_a_restart_a_task_is_followed_without_sending_again() {
    let mut surroundings = osaka("children.json", 0..3);
    surroundings.hub.mood.lock().unwrap().stalls = true;
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    surroundings.seen("poll task-children").await;
    municipal.stop().await;
    surroundings.hub.mood.lock().unwrap().stalls = false;
    std::fs::remove_file(surroundings.folder.path().join("seed/municipality.json")).unwrap();

    let _municipal = surroundings.start().await;
    surroundings.seen(&format!("submit {LAST}")).await;
    assert_eq!(surroundings.hub.sent.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_task_that_the_hub_has_lost_is_sent_again() {
    let mut surroundings = osaka("children.json", 0..3);
    surroundings.hub.mood.lock().unwrap().forgets_tasks = 1;
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    surroundings.seen(&format!("submit {LAST}")).await;
    let names: Vec<_> = names_sent(&surroundings);
    assert_eq!(names, ["children.json", "children.json", LAST]);
    assert_eq!(municipal.count("submissions_to_send_again"), 1);
}

#[tokio::test]
async fn a_file_that_the_hub_refuses_is_not_sent_again_and_holds_up_no_other() {
    let mut surroundings = osaka("broken.json", 0..3);
    *surroundings.hub.mood.lock().unwrap() = Mood { refuses_content: 1, stalls: true, ..Mood::default() };
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    surroundings.seen("poll task-last").await;
    assert_eq!(municipal.count("submissions_refused"), 1);
    municipal.stop().await;
    let _municipal = surroundings.start().await;
    surroundings.seen("poll task-last").await;
    assert_eq!(names_sent(&surroundings), ["broken.json", LAST]);
}

#[tokio::test]
async fn a_finished_file_keeps_its_counts_and_not_its_records() {
    let mut surroundings = osaka("children.json", 0..3);
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    surroundings.seen(&format!("submit {LAST}")).await;
    municipal.stop().await;
    let store = surroundings.look_in().await;
    let mut tx = store.read().await.unwrap();
    let State::Done { outcome } = &submission::list(&mut tx, OSAKA).await.unwrap()[0].state else {
        panic!("the file is finished")
    };
    let task: Task = serde_json::from_str(outcome).unwrap();
    assert_eq!((task.registered, task.rejected), (2, 1));
    let key = ChunkKey { municipality: OSAKA, submission: 1, chunk: 0 };
    assert!(chunk::find(&mut tx, key).await.unwrap().is_none());
}

#[tokio::test]
async fn a_stolen_database_has_no_number_in_the_clear() {
    let surroundings = osaka("children.json", 0..3);
    let _municipal = surroundings.start().await;
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(surroundings.folder.path().join("database")).unwrap() {
        seen.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let contains = |needle: &str| seen.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(contains("children.json"), "the search finds what is there");
    assert!(!contains(number(1).expose()) && !contains("大阪 花子") && !contains("こども医療証"));
}

fn records(sent: &Sent) -> Vec<SubjectRecord> {
    serde_json::from_slice(&sent.body).unwrap()
}

fn names_sent(surroundings: &Surroundings) -> Vec<String> {
    surroundings.hub.sent.lock().unwrap().iter().map(|sent| sent.file_name.clone()).collect()
}

async fn set_state(surroundings: &Surroundings, number: i64, state: &State) {
    let store = surroundings.look_in().await;
    let mut tx = store.write().await.unwrap();
    submission::set_state(&mut tx, OSAKA, number, state).await.unwrap();
    tx.commit().await.unwrap();
}

/// Some of its records the hub has not: they are kept.
#[tokio::test]
async fn a_file_whose_task_was_cancelled_is_not_sent_again_and_keeps_its_records() {
    let mut surroundings = osaka("children.json", 0..3);
    surroundings.hub.mood.lock().unwrap().ends = Some(TaskStatus::Cancelled);
    surroundings.open_hub();
    let municipal = surroundings.start().await;
    surroundings.seen("submit last.json").await;
    municipal.stop().await;
    let store = surroundings.look_in().await;
    let mut tx = store.read().await.unwrap();
    let submissions = submission::list(&mut tx, OSAKA).await.unwrap();
    assert!(matches!(submissions[0].state, State::Refused { .. }));
    let key = ChunkKey { municipality: OSAKA, submission: 1, chunk: 0 };
    assert!(chunk::find(&mut tx, key).await.unwrap().is_some());
}
