//! People of a municipality at the command line: they sign in, register, erase two by two, and read what was done.

use std::process::Stdio;

use pmh_wire::Erasure;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::process::Said;
use super::root;
use super::world::{OSAKA, World};
use crate::support::TestDatabase;

const PASSWORD: &str = "an evening by the river\n";
const PERSON: &str = "900000000011";

/// Runs with these lines on its standard input.
pub(super) async fn fed(mut command: Command, lines: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).await.unwrap();
    drop(input);
    Said::new(child.wait_with_output().await.unwrap())
}

struct Office<'a>(World<'a>);

impl Office<'_> {
    fn command(&self, arguments: &str) -> Command {
        let words = arguments.split_whitespace().chain(["--municipality", OSAKA, "--json"]);
        self.0.pmh_sim(words)
    }

    async fn run(&self, arguments: &str) -> Said {
        fed(self.command(arguments), "").await
    }

    async fn run_with(&self, arguments: &str, lines: &str) -> Said {
        fed(self.command(arguments), lines).await
    }

    async fn sign_in(&self, user: &str) {
        self.run_with(&format!("user password {user}"), PASSWORD).await.must_end_with(0);
        let said = self.run_with(&format!("user sign-in {user}"), PASSWORD).await.must_end_with(0);
        assert!(!said.stdout.contains("session-"), "the session stands in its file alone");
    }
}

#[tokio::test]
async fn two_people_sign_in_register_and_erase_at_the_command_line() {
    let place = TestDatabase::sqlite();
    let office = Office(World::seeded(&place).await);
    let up = office.0.start(office.0.pmh_sim(["--json", "up", "--users"]), "up").await;
    let file = root().join("fixtures/osaka-child.csv");
    let register = format!("register {}", file.display());
    office.run(&format!("{register} --as s-0002")).await.must_end_with(2);
    for user in ["s-0001", "s-0002"] {
        office.sign_in(user).await;
    }
    let session = office.0.data().join(format!("tokens/{OSAKA}-s-0002.session"));
    let text = std::fs::read_to_string(&session).unwrap();
    assert!(text.starts_with("session-"));
    // Whoever grants rights registers nothing; a clerk does.
    let refused = office.run(&format!("{register} --as s-0001")).await.must_end_with(12);
    assert!(refused.stderr.contains("PMH-A411"), "{}", refused.stderr);
    office.run(&format!("{register} --as s-0002")).await.must_end_with(0);

    let ask = "erase ask --reason moved-out --document 2026/12";
    let named = office.run_with(&format!("{ask} --by somebody"), PERSON).await.must_end_with(12);
    assert!(
        named.stderr.contains("PMH-A411"),
        "the municipality's system asks for nothing: {}",
        named.stderr
    );
    let asked = office.run_with(&format!("{ask} --as s-0002"), PERSON).await.must_end_with(0);
    let asked: Erasure = serde_json::from_value(asked.json().remove(0)).unwrap();
    let approve = format!("erase approve {}", asked.erasure_id);
    let alone = office.run(&format!("{approve} --as s-0002")).await.must_end_with(12);
    assert!(alone.stderr.contains("PMH-D403"), "{}", alone.stderr);
    let done = office.run(&format!("{approve} --as s-0001")).await.must_end_with(0);
    let done: Erasure = serde_json::from_value(done.json().remove(0)).unwrap();
    assert!(done.erased.iter().any(|one| one.table == "person" && one.rows == 1));
    let list = office.run("erase list --as s-0001").await.must_end_with(0);
    assert_eq!(list.json().len(), 1);

    let witness = office.0.beside("heads.json");
    let handling = format!("municipality handling --as s-0001 --witness {}", witness.display());
    for has_witness in [false, true] {
        let log = office.run(&handling).await.must_end_with(0).json();
        assert_eq!(log.last().unwrap()["hasWitness"], has_witness);
    }
    office.run("municipality reviews --as s-0001").await.must_end_with(0);
    office.run("user sign-out --as s-0001").await.must_end_with(0);
    office.run("user list --as s-0001").await.must_end_with(2);
    up.terminate().await;
}
