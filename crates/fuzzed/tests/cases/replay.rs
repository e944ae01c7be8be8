//! Every input that a fuzzer starts from or once found, through the function that is fuzzed.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use pmh_fuzzed::{FUNCTIONS, sample_export};

/// All of them together; the corpus is read by people, too.
const CORPUS_BYTES_MAX: u64 = 64 * 1024;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

fn names(folder: &Path) -> BTreeSet<String> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_input_of_the_corpus_keeps_what_its_function_asserts() {
    let mut failed = Vec::new();
    for (name, function) in FUNCTIONS {
        let inputs = names(&corpus().join(name));
        assert!(!inputs.is_empty(), "{name} has no input to start from");
        for input in inputs {
            let bytes = std::fs::read(corpus().join(name).join(&input)).unwrap();
            if catch_unwind(AssertUnwindSafe(|| function(&bytes))).is_err() {
                failed.push(format!("{name}/{input}"));
            }
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

/// Nobody runs a function that has no target, and nobody replays a corpus that has no function.
#[test]
fn each_function_has_a_target_and_a_corpus_and_there_are_no_others() {
    let functions: BTreeSet<String> = FUNCTIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&corpus()), functions);
    let targets = names(&corpus().join("../targets"));
    assert_eq!(targets, functions.iter().map(|name| format!("{name}.rs")).collect());
    for name in &functions {
        let target = std::fs::read_to_string(corpus().join(format!("../targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("pmh_fuzzed::{name}(bytes)")), "{target}");
    }
}

#[test]
fn the_corpus_stays_small() {
    let folders = names(&corpus()).into_iter().map(|name| corpus().join(name));
    let files = folders.flat_map(|folder| folder.read_dir().unwrap());
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= CORPUS_BYTES_MAX, "{bytes} bytes");
}

/// Lest the fuzzer start from a layout of yesterday. `PMH_WRITE_FIXTURES=1` writes the files.
#[test]
fn the_exports_in_the_corpus_are_those_that_are_made_today() {
    for (name, has_signatures) in [("signed.jsonl", true), ("unsigned.jsonl", false)] {
        let path = corpus().join("audit_export").join(name);
        if std::env::var_os("PMH_WRITE_FIXTURES").is_some() {
            std::fs::write(&path, sample_export(has_signatures)).unwrap();
        }
        assert!(std::fs::read(path).unwrap() == sample_export(has_signatures), "{name}");
    }
}
