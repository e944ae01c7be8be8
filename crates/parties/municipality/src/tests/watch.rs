//! A folder as the door of a system that can only write files.

use std::path::Path;

use pmh_wire::{RecordResult, TaskStatus};
use tokio_util::sync::CancellationToken;

use super::support::{OSAKA, RESULTS_CSV, Surroundings};
use crate::{Folders, Handled, watch};

fn folders(base: &Path) -> Folders {
    let folders =
        Folders { export: base.join("export"), results: base.join("results"), done: base.join("done") };
    std::fs::create_dir_all(&folders.export).unwrap();
    folders
}

async fn handle_all(surroundings: &Surroundings, folders: &Folders) -> Vec<Handled> {
    let mut handled = Vec::new();
    let client = surroundings.client(OSAKA);
    watch(&client, folders, true, &CancellationToken::new(), |one| handled.push(one.clone())).await.unwrap();
    handled
}

#[tokio::test]
async fn a_file_is_sent_its_results_are_written_and_it_is_moved_away() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
    let handled = handle_all(&surroundings, &folders).await;
    assert!(
        matches!(&handled[..], [Handled::Finished { file, .. }] if file == "children.csv"),
        "{handled:?}"
    );
    // As they come: the hub writes them in the encoding of the file.
    let results = std::fs::read(folders.results.join("children.csv.results.csv")).unwrap();
    assert_eq!(results, RESULTS_CSV);
    assert_eq!(std::fs::read_dir(&folders.results).unwrap().count(), 1, "nothing half-written is left");
    assert_eq!(std::fs::read(folders.done.join("children.csv")).unwrap(), b"rows");
    assert!(!folders.export.join("children.csv").exists());
    assert!(!folders.results.join("children.csv.task").exists());
    assert_eq!(surroundings.hub.sent.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_json_file_has_its_results_in_json() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("children.JSON"), "[]").unwrap();
    handle_all(&surroundings, &folders).await;
    let results = std::fs::read(folders.results.join("children.JSON.results.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Vec<RecordResult>>(&results).unwrap().len(), 6);
}

#[tokio::test]
async fn a_file_whose_task_was_cancelled_or_has_failed_is_done_and_says_so() {
    for end in [TaskStatus::Cancelled, TaskStatus::Failed] {
        let mut surroundings = Surroundings::new(Vec::new());
        surroundings.hub.mood.lock().unwrap().ends = Some(end);
        surroundings.open_hub();
        let folders = folders(&surroundings.folder.path().join("office"));
        std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
        let handled = handle_all(&surroundings, &folders).await;
        assert!(
            matches!(&handled[..], [Handled::Finished { task, .. }] if task.status == end),
            "{handled:?}"
        );
        assert!(folders.results.join("children.csv.results.csv").exists());
        assert!(folders.done.join("children.csv").exists());
    }
}

#[tokio::test]
async fn a_file_that_was_taken_before_a_crash_is_followed_and_not_sent_again() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::create_dir_all(&folders.results).unwrap();
    std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
    std::fs::write(folders.results.join("children.csv.task"), "task-children").unwrap();
    handle_all(&surroundings, &folders).await;
    assert!(folders.done.join("children.csv").exists());
    assert!(surroundings.hub.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_file_whose_task_the_hub_has_forgotten_is_sent_again() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.hub.mood.lock().unwrap().forgets_tasks = 1;
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
    handle_all(&surroundings, &folders).await;
    assert!(folders.done.join("children.csv").exists());
    assert_eq!(surroundings.hub.sent.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_refused_as_a_whole_leaves_the_reason() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.hub.mood.lock().unwrap().refuses_content = 1;
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("broken.json"), "[").unwrap();
    let handled = handle_all(&surroundings, &folders).await;
    assert_eq!(handled, [Handled::Refused { file: "broken.json".to_owned(), code: "PMH-R001".to_owned() }]);
    assert!(folders.results.join("broken.json.refused.json").exists());
    assert!(folders.done.join("broken.json").exists());
}

#[tokio::test]
async fn a_file_that_is_still_being_written_is_left_alone() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    for name in [".hidden.csv", "half.csv.part", "half.tmp"] {
        std::fs::write(folders.export.join(name), "rows").unwrap();
    }
    assert!(handle_all(&surroundings, &folders).await.is_empty());
    assert!(folders.export.join("half.csv.part").exists());
    assert!(surroundings.hub.sent.lock().unwrap().is_empty());
}
