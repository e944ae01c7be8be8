//! Whatever the READMEs tell the reader to type is typed here, with the built binary instead of the release one
//! and on other ports, so that a world of the reader's own may run meanwhile.

use std::collections::VecDeque;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use pmh_wire::Party;
use tempfile::TempDir;
use tokio::process::Command;

use super::process::{BINARY, Running, Said, program, run};
use super::root;
use crate::support::ports::free_base_port;

const UP: &str = r#"keeps running; leaves a world that the blocks marked "needs: up" use"#;
const SEED: &str = "needs: no running world";
const SIX: &str = "needs: seed; each line keeps running, all of them at once";

/// Compiling and testing cannot be part of a test.
const NOT_HERE: [&str; 2] = ["cargo xtask test", "cargo build --release"];

/// What some lines must show beside their exit code.
const SHOWS: [(&str, &str); 8] = [
    ("visit --card CARD-OSAKA-CHILD --institution 2719910016", "valid"),
    ("visit --card CARD-TOKYO-MENTAL-2", "自立支援医療"),
    ("visit --card CARD-NOT-YET", "こども医療証"),
    ("visit --card CARD-54-05", "20% of the cost; at most 20,000 yen a month in all"),
    ("visit --card CARD-OSAKA-01", "500 yen a day"),
    ("register fixtures/osaka-child-faulty.csv", "PMH-R201"),
    ("registration/v1/subjects/search", "numbering"),
    ("citizen/v1/login", "session"),
];

/// A block of commands, with the comment before it that says how it is meant to be run.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    note: String,
    lines: Vec<String>,
}

fn blocks(readme: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = readme.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        if line == "```sh" {
            let note = before.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
            let lines = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
            blocks.push(Block { note: note.unwrap_or_default().to_owned(), lines });
        }
        before = line;
    }
    blocks
}

fn read(name: &str) -> Vec<Block> {
    blocks(&std::fs::read_to_string(root().join(name)).unwrap())
}

/// A folder that looks to the commands like a checkout that was built.
struct Checkout {
    folder: TempDir,
    base_port: u16,
}

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("target/release")).unwrap();
        symlink(BINARY, folder.path().join("target/release/pmh-sim")).unwrap();
        symlink(root().join("fixtures").canonicalize().unwrap(), folder.path().join("fixtures")).unwrap();
        Self { folder, base_port: free_base_port() }
    }

    fn bash(&self, line: &str) -> Command {
        let line = line.replace("cargo run --release --", "target/release/pmh-sim");
        let mut bash = program("bash");
        bash.args(["-c", &format!("exec {}", self.on_our_ports(&line))]);
        bash.current_dir(self.folder.path()).env("PMH_PORT", self.base_port.to_string());
        bash
    }

    /// `127.0.0.1:87nn` becomes the same door of our world.
    fn on_our_ports(&self, line: &str) -> String {
        let mut parts = line.split("127.0.0.1:87");
        let before = parts.next().unwrap_or_default().to_owned();
        parts.fold(before, |ours, part| {
            let (offset, rest) = part.split_at(2);
            let port = self.base_port + offset.parse::<u16>().unwrap();
            ours + &format!("127.0.0.1:{port}{rest}")
        })
    }

    fn errors(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.err"))
    }

    /// Line by line, as somebody types them.
    async fn type_in(&self, lines: &[String], code: i32) {
        for line in lines {
            let said = run(self.bash(line)).await;
            assert_eq!(said.code, code, "{line}\n{}\n{}", said.stdout, said.stderr);
            assert_shown(line, &said);
        }
    }
}

fn assert_shown(line: &str, said: &Said) {
    for (_, shown) in SHOWS.iter().filter(|(part, _)| line.contains(part)) {
        assert!(said.stdout.contains(shown), "{line}\n{}", said.stdout);
    }
}

#[tokio::test]
async fn every_command_of_the_readme_works_as_it_stands() {
    let checkout = Checkout::new();
    let mut up = None;
    let mut typed = 0;
    for block in read("README.md") {
        let Block { note, lines } = &block;
        match note.as_str() {
            "" if lines.iter().all(|line| NOT_HERE.contains(&line.as_str())) => continue,
            "" | SEED => {
                stop(&mut up).await;
                checkout.type_in(lines, 0).await;
            }
            UP => {
                let [line] = lines.as_slice() else { panic!("one command keeps running: {lines:?}") };
                up = Some(Running::start(checkout.bash(line), "ready.", &checkout.errors("up")).await);
            }
            "needs: up" | "needs: up; exit: 1" => {
                assert!(up.is_some(), "no world runs for {lines:?}");
                checkout.type_in(lines, i32::from(note.ends_with("exit: 1"))).await;
            }
            SIX => six_terminals(&checkout, lines).await,
            other => panic!("a block of the README is marked in a way that nobody runs: {other}"),
        }
        typed += lines.len();
    }
    assert!(typed > 20, "{typed} lines were typed");
}

async fn stop(up: &mut Option<Running>) {
    if let Some(up) = up.take() {
        up.terminate().await;
    }
}

async fn six_terminals(checkout: &Checkout, lines: &[String]) {
    assert_eq!(lines.len(), Party::ALL.len());
    let mut terminals = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let errors = checkout.errors(&format!("terminal-{number}"));
        terminals.push(Running::start(checkout.bash(line), "ready", &errors).await);
    }
    checkout.type_in(&["target/release/pmh-sim status".to_owned()], 0).await;
    for terminal in terminals {
        terminal.terminate().await;
    }
}

#[test]
fn both_readmes_hold_the_same_commands() {
    let mut japanese = VecDeque::from(read("README.ja.md"));
    for block in read("README.md") {
        assert_eq!(japanese.pop_front(), Some(block), "README.ja.md left, README.md right");
    }
    assert_eq!(japanese.pop_front(), None, "README.ja.md has a block more");
}

#[test]
fn blocks_are_read_with_their_notes_and_ports_are_moved() {
    let text = "<!-- needs: up -->\n```sh\na\nb\n```\n\n```text\nc\n```\n```sh\nd\n```\n";
    let block = |note: &str, lines: &[&str]| Block {
        note: note.to_owned(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(blocks(text), [block("needs: up", &["a", "b"]), block("", &["d"])]);
    let checkout = Checkout { folder: tempfile::tempdir().unwrap(), base_port: 12_000 };
    assert_eq!(
        checkout.on_our_ports("curl http://127.0.0.1:8740/x 127.0.0.1:8701"),
        "curl http://127.0.0.1:12040/x 127.0.0.1:12001"
    );
    assert!(Path::new(BINARY).exists());
}
