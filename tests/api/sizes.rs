//! Bodies that are too large, too long, or never end.

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use pmh_hub::{FILE_BYTES_MAX, SUBJECTS_BYTES_MAX};
use pmh_wire::{Code, Encoding, LINE_BYTES_MAX, SubjectRecord, Task, paths, write_csv};

use crate::support::answers::{Answer, header, post_json, until};
use crate::support::people::{array, json, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{Office, TestDatabase, for_each_store};

/// A record that is longer by this many bytes in every format.
fn padded(by: usize) -> SubjectRecord {
    let detail = json(&format!(r#"[{{"発行機関名":"{}"}}]"#, "x".repeat(by)));
    SubjectRecord { certification_detail: detail, ..person(1).record() }
}

/// A file of two rows, the second of which is padded, and the length of that one.
fn file(by: usize) -> (Vec<u8>, usize) {
    let mut file = write_csv([&person(0).record(), &padded(by)].into_iter(), Encoding::Utf8).unwrap();
    // The second byte of a CRLF counts for nobody.
    file.retain(|byte| *byte != b'\r');
    let length = file.split_inclusive(|byte| *byte == b'\n').next_back().unwrap().len();
    (file, length)
}

async fn a_record_of_64_kib_is_taken_and_one_byte_more_refuses_the_file(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let office = world.office(OSAKA);
    let room = LINE_BYTES_MAX - serde_json::to_vec(&padded(0)).unwrap().len();
    let room_of_a_line = LINE_BYTES_MAX - file(1).1 + 1;

    let answer = office.send(array(&[person(0).record(), padded(room + 1)])).await;
    answer.assert_refused(Code::LineTooLong, "one byte more in JSON");
    let answer = office.send_csv(file(room_of_a_line + 1).0).await;
    answer.assert_refused(Code::LineTooLong, "one byte more in CSV");
    assert_eq!(answer.problem().line, Some(3));
    assert_eq!(tables.rows().await, before);
    assert!(office.tasks().await.is_empty());

    assert_eq!(office.register(&[person(0).record(), padded(room)]).await.registered, 2);
    let (longest, length) = file(room_of_a_line);
    assert_eq!(length, LINE_BYTES_MAX);
    let task: Task = office.send_csv(longest).await.json();
    let task = office.finished(&task.task_id).await;
    assert_eq!((task.unchanged, task.updated), (1, 1));
}

async fn a_length_over_the_bound_is_refused_before_the_body_is_read(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let office = world.office(OSAKA);
    let routes = [
        (paths::SUBJECTS, "application/json", SUBJECTS_BYTES_MAX),
        (paths::FILES, "text/csv", FILE_BYTES_MAX),
        (paths::SEARCH, "application/json", 1 << 20),
    ];
    for (path, kind, max) in routes {
        let mut headers = header(CONTENT_TYPE, kind);
        headers.extend(header(CONTENT_LENGTH, &(max + 1).to_string()));
        // Not a byte ever comes, so an answer can only be to the header.
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let answer: Answer = office.hub.send(Method::POST, path, headers, body).await.unwrap().into();
        answer.assert_refused(Code::BodyTooLarge, path);
    }
    assert_eq!(tables.rows().await, before);
}

async fn a_stream_over_the_bound_is_refused_when_it_passes_it(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    // Of no announced length, a byte over the bound, and without an end.
    let pieces = stream::iter(
        [vec![b' '; 1 << 20], vec![b' ']].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece))),
    );
    let body = Body::from_stream(pieces.chain(stream::pending()));
    let answer = post_json(&office.hub, paths::SEARCH, body).await;
    answer.assert_refused(Code::BodyTooLarge, "a stream");
}

/// More rows than stand in one chunk, and then nothing.
fn never_ending(start: Vec<u8>) -> Body {
    let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from(start))]);
    Body::from_stream(begun.chain(stream::pending()))
}

async fn a_client_that_hangs_up_half_way_leaves_no_task_and_no_rows(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let records: Vec<SubjectRecord> = vec![person(0).record(); 251];
    let subjects = array(&records);
    let bodies = [
        (paths::SUBJECTS, "application/json", subjects[..subjects.len() - 1].to_vec()),
        (paths::FILES, "text/csv", write_csv(records.iter(), Encoding::Utf8).unwrap()),
    ];
    for (path, kind, start) in bodies {
        let Office { hub } = world.office(OSAKA);
        let sending = tokio::spawn(async move {
            hub.send(Method::POST, path, header(CONTENT_TYPE, kind), never_ending(start)).await
        });
        until("the first chunk", async || (tables.count("registration_chunk").await == 1).then_some(()))
            .await;
        assert!(world.office(OSAKA).tasks().await.is_empty(), "what is not acknowledged is no task");
        sending.abort();
        until("the clearing up", async || (tables.rows().await == before).then_some(())).await;
    }
    assert_eq!(world.office(OSAKA).register(&[person(0).record()]).await.registered, 1);
}

for_each_store!(
    a_record_of_64_kib_is_taken_and_one_byte_more_refuses_the_file,
    a_length_over_the_bound_is_refused_before_the_body_is_read,
    a_stream_over_the_bound_is_refused_when_it_passes_it,
    a_client_that_hangs_up_half_way_leaves_no_task_and_no_rows,
);
