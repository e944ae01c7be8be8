//! `GET …/tasks/{taskId}/results` with `Accept: text/csv`: the results as a file, in the encoding of the upload.

use axum::body::Body;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, Method};
use pmh_wire::{Code, Encoding, RESULT_HEADINGS, SubjectRecord, Task, paths, write_csv};

use crate::support::answers::{Answer, header};
use crate::support::people::{array, person};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

const FILE_NAME: HeaderName = HeaderName::from_static("x-pmh-file-name");

impl Office {
    async fn results_csv(&self, task_id: &str) -> Answer {
        let accept = header(ACCEPT, "text/csv");
        let path = paths::task_results(task_id, None);
        self.hub.send(Method::GET, &path, accept, Body::empty()).await.unwrap().into()
    }

    async fn send_file(&self, name: &str, kind: &str, body: Vec<u8>) -> Task {
        let mut headers = header(FILE_NAME, name);
        headers.extend(header(CONTENT_TYPE, kind));
        let path = if kind == "text/csv" { paths::FILES } else { paths::SUBJECTS };
        let answer: Answer = self.hub.send(Method::POST, path, headers, body.into()).await.unwrap().into();
        let task: Task = answer.json();
        self.finished(&task.task_id).await
    }
}

fn faulty() -> SubjectRecord {
    SubjectRecord { valid_to: "2027-02-29".to_owned(), ..person(1).record() }
}

async fn a_csv_in_shift_jis_has_its_results_in_shift_jis(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let file = write_csv([&person(0).record(), &faulty()].into_iter(), Encoding::Cp932).unwrap();
    // こども💡.csv: the last character is none of Shift_JIS.
    let task = office.send_file("%e3%81%93%e3%81%a9%e3%82%82%f0%9f%92%a1.csv", "text/csv", file).await;
    let answer = office.results_csv(&task.task_id).await;
    assert_eq!(answer.headers[CONTENT_TYPE], "text/csv; charset=shift_jis");
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&answer.body);
    assert!(!broken);
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines[0], RESULT_HEADINGS.join(","));
    let start = format!(r"こども\u{{1F4A1}}.csv,{}", task.accepted_at);
    assert_eq!(lines[1], format!("{start},2,H-0000,登録,,,,,,"));
    let code = Code::NoSuchDate;
    assert!(lines[2].starts_with(&format!("{start},3,H-0001,エラー,エラー,{code},validTo,")), "{}", lines[2]);
    assert!(lines[2].contains(&code.clerk().ja) && lines[2].contains(&code.vendor().ja));
    assert_eq!(lines.len(), 3);
}

async fn json_has_its_results_in_utf_8_and_every_record_names_its_file(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let formula = SubjectRecord { history_key: "=1+1".to_owned(), ..person(0).record() };
    let task = office.send_file("a.json", "application/json", array(&[formula, faulty()])).await;
    let answer = office.results_csv(&task.task_id).await;
    assert_eq!(answer.headers[CONTENT_TYPE], "text/csv; charset=utf-8");
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.contains(",1,'=1+1,登録,"), "{text}");
    for result in office.results(&task.task_id).await {
        assert_eq!(result.file_name.as_deref(), Some("a.json"));
        assert_eq!(result.accepted_at.as_deref(), Some(task.accepted_at.as_str()));
    }
    assert_eq!(office.results(&task.task_id).await[0].history_key.as_deref(), Some("=1+1"));
}

async fn results_of_many_chunks_come_as_one_file(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let task = office.register(&vec![person(0).record(); 2_001]).await;
    let answer = office.results_csv(&task.task_id).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let lines = text.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().parse::<u64>().unwrap());
    assert!(lines.eq(1..=2_001));
}

async fn a_foreign_task_has_no_file(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let task = world.office(OSAKA).register(&[person(0).record()]).await;
    world.office(TOKYO).results_csv(&task.task_id).await.assert_refused(Code::NotFound, "a foreign task");
}

for_each_store!(
    a_csv_in_shift_jis_has_its_results_in_shift_jis,
    json_has_its_results_in_utf_8_and_every_record_names_its_file,
    results_of_many_chunks_come_as_one_file,
    a_foreign_task_has_no_file,
);
