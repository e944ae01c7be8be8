//! The client that the command line uses.

use bytes::Bytes;
use pmh_service::CallError;
use pmh_wire::{Code, TaskStatus};

use super::support::{OSAKA, Surroundings, number};
use crate::TaskFilter;

#[tokio::test]
async fn a_csv_file_is_sent_as_it_is_with_charset_and_name() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let client = surroundings.client(OSAKA);
    let bytes = Bytes::from_static(b"\x8e\x81\x96\xbc\r\n");
    client.submit_csv(bytes.clone(), Some("shift_jis"), Some("こども 1.csv")).await.unwrap();
    client.submit_csv(bytes.clone(), None, None).await.unwrap();
    let sent = surroundings.hub.sent.lock().unwrap();
    assert!(sent.iter().all(|sent| sent.body == bytes && sent.municipality == OSAKA));
    assert_eq!(sent[0].content_type, "text/csv; charset=shift_jis");
    assert_eq!(sent[0].file_name, "%e3%81%93%e3%81%a9%e3%82%82%201.csv");
    assert_eq!((sent[1].content_type.as_str(), sent[1].file_name.as_str()), ("text/csv", ""));
}

#[tokio::test]
async fn what_the_hub_refuses_comes_as_its_problem() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.hub.mood.lock().unwrap().refuses_content = 1;
    surroundings.open_hub();
    let refused = surroundings.client(OSAKA).submit_json(Bytes::from_static(b"["), None).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(Code::MalformedJson.problem()));
}

#[tokio::test]
async fn a_charset_that_is_no_header_is_not_sent() {
    let surroundings = Surroundings::new(Vec::new());
    let refused = surroundings.client(OSAKA).submit_csv(Bytes::new(), Some("utf-8\r\nx: y"), None).await;
    assert!(matches!(refused, Err(CallError::Unexpected(_))));
}

#[tokio::test]
async fn waiting_shows_every_answer_up_to_the_last() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let mut seen = Vec::new();
    let task =
        surroundings.client(OSAKA).wait_until_finished("t1", |task| seen.push(task.status)).await.unwrap();
    assert_eq!(task.status, TaskStatus::Completed);
    assert_eq!(seen, [TaskStatus::Processing, TaskStatus::Completed]);
}

#[tokio::test]
async fn results_are_read_to_the_last_page() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let results = surroundings.client(OSAKA).results("t1").await.unwrap();
    assert_eq!(results.iter().map(|result| result.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn pages_that_go_in_a_circle_come_to_an_end() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let refused = surroundings.client(OSAKA).results("circular").await;
    assert!(matches!(refused, Err(CallError::Unexpected(_))));
}

#[tokio::test]
async fn a_search_sends_the_number_in_the_body() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    surroundings.client(OSAKA).search(&number(1)).await.unwrap();
    assert_eq!(*surroundings.hub.searched.lock().unwrap(), [number(1).expose()]);
}

#[tokio::test]
async fn a_task_is_cancelled_and_tasks_are_listed_by_what_they_are_looked_for() {
    let mut surroundings = Surroundings::new(Vec::new());
    surroundings.open_hub();
    let client = surroundings.client(OSAKA);
    assert_eq!(client.cancel("t1").await.unwrap().status, TaskStatus::Cancelled);
    assert!(client.cancel("../t1").await.is_err());
    let filter = TaskFilter {
        status: Some(TaskStatus::Failed),
        from: Some("2026-04-01T00:00:00+09:00".to_owned()),
        to: None,
        file_name: Some("こ".to_owned()),
    };
    let page = client.tasks(&filter, Some(9)).await.unwrap();
    assert_eq!(
        page.tasks[0].task_id,
        "status=failed&from=2026-04-01T00%3a00%3a00%2b09%3a00&after=9 %e3%81%93"
    );
    assert_eq!(page.next, Some(7));
}
