//! Each file of `fixtures/schemes` is registered as its municipality, and each person's card must show the right limit
//! at the clinic.
//!
//! What is right stands in `schemes.tsv`, literally, compared with the published tables by eye: nothing of it is made by
//! the code that makes or reads the files. A line `file` names a file, its municipality and its certificate; the
//! lines after it are its people: card, payer number, limit as JSON, as a clerk reads it in Japanese, in English.

use std::path::Path;

use pmh_wire::{Task, VisitAnswer};

use crate::support::answers::until;
use crate::support::reception::BOTH;
use crate::support::world::World;
use crate::support::{TestDatabase, for_each_store};

const RIGHT: &str = include_str!("schemes.tsv");

struct File {
    path: &'static str,
    municipality: &'static str,
    certificate: &'static str,
    people: Vec<[&'static str; 5]>,
}

fn files() -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for line in RIGHT.lines() {
        match *line.split('\t').collect::<Vec<_>>() {
            ["file", path, municipality, certificate] => {
                files.push(File { path, municipality, certificate, people: Vec::new() });
            }
            [card, payer, limit, ja, en] => {
                files.last_mut().unwrap().people.push([card, payer, limit, ja, en]);
            }
            _ => panic!("{line}"),
        }
    }
    files
}

async fn register(world: &World, file: &File) -> Task {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(file.path);
    let bytes = std::fs::read(&path).unwrap();
    let office = world.office(file.municipality);
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    let answer = if is_json { office.send(bytes).await } else { office.send_csv(bytes).await };
    let task: Task = answer.json();
    office.finished(&task.task_id).await
}

async fn every_scheme_registers_and_each_limit_is_shown_at_the_clinic(place: &TestDatabase) {
    let world = World::seeded(place).await;
    for file in files() {
        let task = register(&world, &file).await;
        let people = file.people.len() as u64;
        assert_eq!(
            (task.received, task.registered, task.numbered),
            (people, people, people),
            "{}",
            file.path
        );
        for [card, payer, limit, ja, en] in file.people {
            let seen = until("a visit that shows something", async || {
                let answer: VisitAnswer = world.visit(card, BOTH).await.json();
                Some(answer.subsidies).filter(|subsidies| !subsidies.is_empty())
            });
            let seen = seen.await;
            let [subsidy] = seen.as_slice() else { panic!("{card} shows {} certificates", seen.len()) };
            assert_eq!(subsidy.certification_name, file.certificate, "{card}");
            assert_eq!(subsidy.municipality_code, file.municipality, "{card}");
            assert_eq!(subsidy.medical_subsidy_insurer_number.as_deref(), Some(payer), "{card}");
            assert_eq!(subsidy.max_copayment_amount.as_ref().unwrap().as_str(), limit, "{card}");
            let texts = subsidy.copayment_texts().unwrap();
            assert_eq!((texts.ja.as_str(), texts.en.as_str()), (ja, en), "{card}");
        }
    }
}

/// A file that nobody asserted would be a limit that nobody looked at.
#[test]
fn every_file_of_the_folder_is_asserted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/schemes");
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| format!("schemes/{}", entry.unwrap().file_name().into_string().unwrap()))
        .filter(|path| path != "schemes/README.md")
        .collect();
    there.sort();
    let mut asserted: Vec<&str> = files().iter().map(|file| file.path).collect();
    asserted.sort_unstable();
    assert_eq!(there, asserted);
}

for_each_store!(every_scheme_registers_and_each_limit_is_shown_at_the_clinic);
