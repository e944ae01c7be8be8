//! Which bodies are fuzzed.

use std::collections::BTreeSet;
use std::path::Path;

use pmh_fuzzed::BODIES;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The types of all bodies that a handler takes: `Body(request): Body<EpochRequest>,`.
fn taken_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "tests" {
            taken_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let bodies = text.split("): Body<").skip(1).filter_map(|rest| rest.split_once(">,\n"));
            found.extend(bodies.map(|(body, _)| body.to_owned()));
        }
    }
}

#[test]
fn each_body_that_a_door_takes_is_fuzzed_and_no_other() {
    let mut taken = BTreeSet::new();
    for folder in ["crates/parties", "crates/service", "crates/simulator"] {
        taken_in(&root().join(folder), &mut taken);
    }
    let fuzzed: BTreeSet<String> = BODIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(taken, fuzzed);
}

#[test]
fn each_body_that_a_door_takes_is_read_from_some_input_of_the_corpus() {
    let folder = root().join("fuzz/corpus/json_bodies");
    let inputs: Vec<String> = folder
        .read_dir()
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let reads = |name: &str, is_body: &dyn Fn(&[u8]) -> bool| {
        let bodies = inputs.iter().filter_map(|input| input.split_once('\n'));
        bodies.into_iter().any(|(named, body)| named == name && is_body(body.as_bytes()))
    };
    let unread = BODIES.iter().filter(|(name, is_body)| !reads(name, is_body)).map(|(name, _)| *name);
    assert_eq!(unread.collect::<Vec<_>>(), Vec::<&str>::new());
}
