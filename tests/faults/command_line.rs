//! Exit codes, and the help of every verb.

use std::collections::BTreeSet;
use std::process::Stdio;

use pmh_domain::InstitutionCode;
use pmh_domain::Strictness;
use pmh_simulator::world::INSTITUTIONS;
use pmh_simulator::{fixtures, personas};
use pmh_wire::Party;

use super::process::{BINARY, Said, pmh_sim, program, run};
use super::root;
use super::world::{CHILD, HOSPITAL, OSAKA, World};
use crate::support::TestDatabase;

#[tokio::test]
async fn a_faulty_file_is_1_and_an_unknown_card_is_12() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let _up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    let file = |name: &str| root().join("fixtures").join(name).to_str().unwrap().to_owned();

    let register = |file: String| {
        let world = &world;
        async move { world.run(["register", &file, "--municipality", OSAKA]).await }
    };
    let faulty = register(file("osaka-child-faulty.csv")).await.must_end_with(1);
    assert!(faulty.stdout.contains("PMH-R201"), "{}", faulty.stdout);
    register(file("osaka-child.csv")).await.must_end_with(0);
    // Refused as a whole: nothing was registered that a row could be rejected of.
    let refused = register(file("personas.toml")).await.must_end_with(12);
    assert!(refused.stderr.contains("PMH-R"), "{}", refused.stderr);

    let unknown = world.run(["visit", "--card", "NOBODY", "--institution", HOSPITAL]).await;
    let unknown = unknown.must_end_with(12);
    assert!(unknown.stderr.contains("PMH-C404"), "{}", unknown.stderr);
    let stranger = world.run(["visit", "--card", CHILD, "--institution", "0000000000"]).await;
    stranger.must_end_with(12);
}

/// Line, code and column of a fault, as a command printed it as JSON.
type Told = (u64, String, Option<u64>);

fn faults_told(said: &Said) -> Vec<Told> {
    let mut told = Vec::new();
    for row in said.json().iter().filter(|line| line["outcome"] == "rejected") {
        for error in row["errors"].as_array().unwrap() {
            let code = error["code"].as_str().unwrap().to_owned();
            told.push((row["line"].as_u64().unwrap(), code, error["column"].as_u64()));
        }
    }
    told
}

#[tokio::test]
async fn a_check_says_of_a_file_what_the_hub_says_with_a_vendors_columns_too() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let _up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    let file = |name: &str| root().join("fixtures").join(name).to_str().unwrap().to_owned();
    let faulty = file("osaka-child-faulty.csv");
    let register = ["--json", "register", &faulty, "--municipality", OSAKA];
    let by_hub = faults_told(&world.run(register).await.must_end_with(1));
    let by_check = faults_told(&pmh_sim(register.into_iter().chain(["--check"])).await.must_end_with(1));
    assert_eq!(by_check.len(), fixtures::osaka_faults().len());
    assert_eq!(by_check.len(), by_hub.len());
    for (check, hub) in by_check.iter().zip(&by_hub) {
        assert_eq!((check.0, &check.1), (hub.0, &hub.1));
        assert!(check.2.is_none() || hub.2.is_none() || check.2 == hub.2, "{check:?} {hub:?}");
    }

    let (export, layout) = (file("vendor-export.sjis.csv"), file("vendor-layout.toml"));
    let vendors = ["--json", "register", &export, "--municipality", OSAKA, "--layout", &layout];
    let checked = pmh_sim(vendors.into_iter().chain(["--check"])).await.must_end_with(0);
    assert_eq!(checked.json()[0]["received"], 5);
    let task = world.run(vendors).await.must_end_with(0);
    assert_eq!((&task.json()[0]["registered"], &task.json()[0]["numbered"]), (&5.into(), &5.into()));
    let without = world.run(["register", &export, "--municipality", OSAKA]).await.must_end_with(12);
    assert!(without.stderr.contains("PMH-R005 (1:1)"), "{}", without.stderr);
}

#[tokio::test]
async fn a_layout_with_a_mistake_is_told_with_file_line_and_key_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("own.toml");
    std::fs::write(&layout, "[columns]\n\"番号\" = \"myNumber\"\n\"氏\" = \"name\"\n").unwrap();
    let (layout, file) = (layout.to_str().unwrap(), root().join("fixtures/osaka-child.csv"));
    let register =
        ["register", file.to_str().unwrap(), "--municipality", OSAKA, "--check", "--layout", layout];
    let refused = pmh_sim(register).await.must_end_with(2);
    let told = "own.toml, line 3: column 氏: no member has the wire name name";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);

    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    std::fs::create_dir(world.data().join("layouts")).unwrap();
    std::fs::copy(layout, world.data().join("layouts/271004.toml")).unwrap();
    let refused = world.run(["serve", "hub"]).await.must_end_with(14);
    assert!(refused.stderr.contains("271004.toml: line 3: column 氏"), "{}", refused.stderr);
}

/// As behind `| head`.
#[tokio::test]
async fn where_nobody_reads_what_is_printed_the_program_ends_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut generate = program(BINARY);
    generate.args(["generate", "population", "--municipality", "130001", "--size", "1", "--out"]);
    let said = generate.arg(folder.path()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let said = said.wait_with_output().await.unwrap();
    assert_eq!((said.status.code(), String::from_utf8_lossy(&said.stderr).as_ref()), (Some(141), ""));
}

/// `/dev/full` refuses every byte, as a full disk does.
#[tokio::test]
async fn where_what_is_printed_finds_no_room_the_program_says_so_and_ends() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut generate = program(BINARY);
    generate.args(["generate", "population", "--municipality", "130001", "--size", "1", "--out"]);
    let said = generate.arg(folder.path()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let said = said.wait_with_output().await.unwrap();
    let told = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(14), "{told}");
    assert!(told.contains("cannot be written: No space left"), "{told}");
}

#[tokio::test]
async fn wrong_usage_is_2() {
    for arguments in [
        &["no-such-verb"][..],
        &[],
        &["serve", "nobody"],
        &["visit", "--card", CHILD],
        &["register", "file.csv", "--municipality", "271005"],
        &["generate", "population", "--municipality", "480002", "--size", "1"],
    ] {
        pmh_sim(arguments.iter().copied()).await.must_end_with(2);
    }
}

#[tokio::test]
async fn where_nothing_runs_it_is_11() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let visit = ["visit", "--card", CHILD, "--institution", HOSPITAL];
    let nobody_there = world.run(visit).await.must_end_with(11);
    assert!(nobody_there.stderr.contains("pmh-sim up"), "{}", nobody_there.stderr);
    let file = root().join("fixtures/osaka-child.csv");
    world.run(["register", file.to_str().unwrap(), "--municipality", OSAKA]).await.must_end_with(11);

    let mut no_world = program(BINARY);
    no_world.args(visit).env("PMH_DATA", world.beside("nowhere"));
    let no_world = run(no_world).await.must_end_with(11);
    assert!(no_world.stderr.contains("there is no world"), "{}", no_world.stderr);
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_14_and_its_password_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens on port 1.
    for url in ["postgres://u:hunter2@127.0.0.1:1/db", "mysql://u:hunter2@127.0.0.1/db"] {
        let mut up = program(BINARY);
        up.args(["up", "--port", "0", "--database", url]).env("PMH_DATA", folder.path().join("world"));
        let said = run(up).await.must_end_with(14);
        assert!(said.stderr.contains("database"), "{}", said.stderr);
        assert!(!said.stderr.contains("hunter2") && !said.stdout.contains("hunter2"), "{}", said.stderr);
    }
}

/// Verbs as the program itself lists them.
async fn verbs() -> Vec<String> {
    let help = pmh_sim(["--help"]).await.must_end_with(0).stdout;
    let listed = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    // Lines further in go on with the description of the verb above.
    let of_verbs = listed.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let verbs = of_verbs.filter_map(|line| line.split_whitespace().next());
    verbs.filter(|verb| *verb != "help").map(str::to_owned).collect()
}

/// The lines after `Examples:` that call the program.
fn examples(help: &Said) -> Vec<String> {
    let after = help.stdout.lines().skip_while(|line| line.trim() != "Examples:").skip(1);
    let calls = after.map(str::trim).filter(|line| line.starts_with("pmh-sim "));
    calls.map(str::to_owned).collect()
}

/// What is wrong with an example, as far as it can be seen without running it.
fn faults(example: &str, verbs: &BTreeSet<String>) -> Vec<String> {
    let words: Vec<&str> = example.split_whitespace().collect();
    let value_of = |flag: &str| words.iter().skip_while(move |word| **word != flag).nth(1).copied();
    let mut faults = Vec::new();
    if !verbs.contains(words[1]) {
        faults.push(format!("no verb {}", words[1]));
    }
    let cards: BTreeSet<String> = personas::all().into_iter().map(|persona| persona.card).collect();
    if let Some(card) = value_of("--card")
        && !cards.contains(card)
    {
        faults.push(format!("no card {card}"));
    }
    if let Some(code) = value_of("--institution")
        && (InstitutionCode::parse(code, Strictness::Strict).is_err()
            || !INSTITUTIONS.iter().any(|known| known.code == code))
    {
        faults.push(format!("no institution {code}"));
    }
    if words[1] == "serve" && words[2].parse::<Party>().is_err() {
        faults.push(format!("no party {}", words[2]));
    }
    let missing = words.iter().filter(|word| word.starts_with("fixtures/") && !root().join(word).exists());
    faults.extend(missing.map(|file| format!("no file {file}")));
    faults
}

#[tokio::test]
async fn the_help_of_every_verb_has_examples_of_things_that_exist() {
    let verbs = verbs().await;
    let wanted = [
        "demo",
        "up",
        "serve",
        "seed",
        "register",
        "tasks",
        "watch",
        "visit",
        "card",
        "erase",
        "audit",
        "municipality",
        "user",
        "number",
        "backup",
        "restore",
        "keys",
        "peer",
        "bench",
        "status",
        "generate",
    ];
    assert_eq!(verbs, wanted);
    let known: BTreeSet<String> = verbs.iter().cloned().collect();
    let mut found = examples(&pmh_sim(["--help"]).await.must_end_with(0));
    for verb in &verbs {
        let help = pmh_sim([verb.as_str(), "--help"]).await.must_end_with(0);
        let own = examples(&help);
        let calls_it = own.iter().any(|example| example.split_whitespace().nth(1) == Some(verb));
        assert!(calls_it, "{verb} --help shows no example of it:\n{}", help.stdout);
        found.extend(own);
    }
    let wrong: Vec<(String, Vec<String>)> = found
        .into_iter()
        .map(|example| (faults(&example, &known), example))
        .filter(|(faults, _)| !faults.is_empty())
        .map(|(faults, example)| (example, faults))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_example_of_something_that_is_not_there_is_found() {
    let verbs = BTreeSet::from(["visit".to_owned(), "register".to_owned(), "serve".to_owned()]);
    for wrong in [
        "pmh-sim vist",
        "pmh-sim visit --card CARD-OF-NOBODY",
        "pmh-sim visit --institution 2710000019",
        "pmh-sim register fixtures/none.csv",
        "pmh-sim serve nobody",
    ] {
        assert_eq!(faults(wrong, &verbs).len(), 1, "{wrong}");
    }
    let fine = format!("pmh-sim visit --card {CHILD} --institution {HOSPITAL}");
    assert_eq!(faults(&fine, &verbs), Vec::<String>::new());
}
