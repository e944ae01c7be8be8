//! A folder as the door of a system that can only write files.

use std::path::Path;

use pmh_wire::{CsvLayout, Problem, RecordResult, TaskStatus};
use tokio_util::sync::CancellationToken;

use super::support::{OSAKA, RESULTS_CSV, Surroundings};
use crate::watch::{Seen, look, settled};
use crate::{Folders, Handled, watch};

fn folders(base: &Path) -> Folders {
    let at = |name| base.join(name);
    let folders =
        Folders { export: at("export"), results: at("results"), done: at("done"), refused: at("refused") };
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
    surroundings.hub.mood.lock().unwrap().stalls = true;
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
    let (client, own) = (surroundings.client(OSAKA), folders.clone());
    let watching = tokio::spawn(async move {
        watch(&client, &own, true, &CancellationToken::new(), |_| {}).await.unwrap();
    });
    surroundings.seen("poll task-children").await;
    watching.abort();
    assert!(watching.await.unwrap_err().is_cancelled());
    surroundings.hub.mood.lock().unwrap().stalls = false;
    assert_eq!(handle_all(&surroundings, &folders).await.len(), 1);
    assert!(folders.done.join("children.csv").exists());
    assert_eq!(surroundings.hub.sent.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_crash_left_of_another_file_of_the_same_name_is_not_taken_for_this_one() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::create_dir_all(&folders.results).unwrap();
    std::fs::write(folders.results.join("children.csv.task"), "task-yesterday\n4 1700000000000000000")
        .unwrap();
    std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
    handle_all(&surroundings, &folders).await;
    assert_eq!(surroundings.hub.sent.lock().unwrap().len(), 1);
    assert!(folders.done.join("children.csv").exists());
}

#[tokio::test]
async fn a_file_whose_acknowledgement_was_lost_is_sent_again_and_handled_once() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.hub.mood.lock().unwrap().loses_answers = 1;
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("children.csv"), "rows").unwrap();
    assert_eq!(handle_all(&surroundings, &folders).await.len(), 1);
    let sent = surroundings.hub.sent.lock().unwrap();
    assert!(sent.len() == 2 && sent[0] == sent[1], "the hub is who knows the same content again");
}

#[tokio::test]
async fn columns_of_a_vendors_own_are_sent_as_the_hubs() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("children.csv"), "宛名番号,番号,氏名\r\n1,2,花子\r\n").unwrap();
    std::fs::write(folders.export.join("children.json"), "宛名番号,番号").unwrap();
    let layout = CsvLayout::from_toml("ignore = [\"宛名番号\"]\n[columns]\n\"番号\" = \"myNumber\"");
    let client = surroundings.client(OSAKA).with_layout(Some(layout.unwrap()));
    watch(&client, &folders, true, &CancellationToken::new(), |_| {}).await.unwrap();
    let sent = surroundings.hub.sent.lock().unwrap();
    let of = |name: &str| sent.iter().find(|sent| sent.file_name == name).unwrap();
    let csv = of("children.csv");
    assert_eq!(csv.body, "#宛名番号,myNumber,氏名\r\n1,2,花子\r\n".as_bytes());
    assert_eq!(csv.content_type, "text/csv; charset=utf-8");
    assert_eq!(of("children.json").body, "宛名番号,番号".as_bytes(), "a layout is for CSV alone");
    let done = std::fs::read_to_string(folders.done.join("children.csv")).unwrap();
    assert!(done.starts_with("宛名番号,番号,氏名"), "the file itself stays as it is");
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
async fn a_file_refused_as_a_whole_goes_to_a_folder_of_its_own_with_the_reason() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.hub.mood.lock().unwrap().refuses_content = 1;
    surroundings.open_hub();
    let folders = folders(&surroundings.folder.path().join("office"));
    std::fs::write(folders.export.join("broken.json"), "[").unwrap();
    let handled = handle_all(&surroundings, &folders).await;
    assert_eq!(handled, [Handled::Refused { file: "broken.json".to_owned(), code: "PMH-R001".to_owned() }]);
    let problem = std::fs::read(folders.refused.join("broken.json.problem.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Problem>(&problem).unwrap().code, "PMH-R001");
    assert_eq!(std::fs::read(folders.refused.join("broken.json")).unwrap(), b"[");
    assert!(!folders.export.join("broken.json").exists() && !folders.done.join("broken.json").exists());
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

#[test]
fn a_file_that_grows_between_two_looks_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("children.csv");
    std::fs::write(&path, "half of ").unwrap();
    let first = look(folder.path()).unwrap();
    assert!(settled(&Seen::new(), &first).is_empty(), "seen for the first time");
    std::fs::write(&path, "half of the rows").unwrap();
    let second = look(folder.path()).unwrap();
    assert!(settled(&first, &second).is_empty());
    let third = look(folder.path()).unwrap();
    assert_eq!(settled(&second, &third).len(), 1);
}
