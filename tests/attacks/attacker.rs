//! Somebody who holds the hub's database, with the database's own program: `sqlite3` on the file, `psql` as superuser of
//! the server. No row-level security binds them, no foreign key, and nothing of ours stands in between.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;

use pmh_audit_verify::verify_files;
use pmh_municipality::RegistrationClient;
use pmh_store::{Database, schema_name};
use pmh_wire::{Code, Door, Party, SearchRequest, VisitAnswer, paths};
use tokio::process::Command;

use crate::support::TestDatabase;
use crate::support::answers::{Answer, post_json};
use crate::support::people::{ENROLLED, Person, person};
use crate::support::reception::BOTH;
use crate::support::world::World;

pub(super) enum Attacker {
    Sqlite { file: PathBuf },
    Postgres { url: String, world: String },
}

/// How a program ended.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) is_done: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Whether a line of a dump has the municipality as a value. Its six digits also come up by chance, in what is sealed.
fn is_of(line: &str, municipality: &str) -> bool {
    line.split(|at: char| !at.is_ascii_alphanumeric()).any(|value| value == municipality)
}

#[test]
fn digits_inside_a_sealed_value_are_no_municipality() {
    for line in ["130001\t7\t\\\\x00ff", "INSERT INTO person VALUES('130001',7,X'00ff');"] {
        assert!(is_of(line, "130001"), "{line}");
    }
    for line in ["271004\t7\t\\\\x00130001ff", "INSERT INTO person VALUES('271004',7,X'00130001ff');"] {
        assert!(!is_of(line, "130001"), "{line}");
    }
}

impl Attacker {
    pub(super) fn of(place: &TestDatabase) -> Self {
        match place.database() {
            Database::Sqlite { folder } => Self::Sqlite { file: folder.join("hub.sqlite") },
            Database::Postgres { url, world } => Self::Postgres { url: url.clone(), world: world.clone() },
        }
    }

    /// Fails unless every statement is done.
    pub(super) async fn does(&self, sql: &str) -> String {
        let said = self.tries(sql).await;
        assert!(said.is_done, "{sql}\n{}", said.stderr);
        said.stdout
    }

    /// In one transaction.
    pub(super) async fn tries(&self, sql: &str) -> Said {
        match self {
            Self::Sqlite { file } => {
                let sql = format!("BEGIN IMMEDIATE; {sql}; COMMIT;");
                let arguments = ["-batch", "-bail", "-cmd", ".timeout 10000"].map(OsStr::new);
                run("sqlite3", arguments.into_iter().chain([file.as_os_str(), OsStr::new(&sql)])).await
            }
            // Foreign keys are triggers, which a superuser's replica does not run.
            Self::Postgres { .. } => self.session("SET session_replication_role = replica", sql).await,
        }
    }

    /// With the role of the hub's registration door or of its other two, on PostgreSQL.
    pub(super) async fn tries_as(&self, role: &str, sql: &str) -> Said {
        let Self::Postgres { world, .. } = self else { panic!("SQLite knows no roles") };
        let become_role = format!("SET ROLE \"{}_{role}\"", schema_name(world, "hub"));
        self.session(&become_role, sql).await
    }

    async fn session(&self, first: &str, sql: &str) -> Said {
        let Self::Postgres { url, world } = self else { panic!("SQLite has no sessions") };
        let schema = format!("SET search_path TO \"{}\"", schema_name(world, "hub"));
        let options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url];
        run("psql", options.into_iter().chain(["-c", &schema, "-c", first, "-c", sql])).await
    }

    /// The whole database as statements, values in hexadecimal.
    pub(super) async fn dump(&self) -> String {
        let said = match self {
            Self::Sqlite { file } => run("sqlite3", [file.as_os_str(), OsStr::new(".dump")]).await,
            Self::Postgres { url, world } => {
                let schema = format!("--schema=\"{}\"", schema_name(world, "hub"));
                run("pg_dump", ["--clean", "--if-exists", &schema, "--dbname", url]).await
            }
        };
        assert!(said.is_done, "{}", said.stderr);
        said.stdout
    }

    /// The rows of one municipality, all that it has.
    pub(super) async fn dump_of(&self, municipality: &str) -> Vec<String> {
        let dump = self.dump().await;
        let mut rows: Vec<String> =
            dump.lines().filter(|line| is_of(line, municipality)).map(str::to_owned).collect();
        rows.sort();
        assert!(rows.len() > 5, "{rows:?}");
        rows
    }

    /// The database as it was when that dump was taken. Nobody else is at it.
    pub(super) async fn restore(&self, dump: &str) {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("dump.sql");
        std::fs::write(&script, dump).unwrap();
        let said = match self {
            Self::Sqlite { file } => {
                for end in ["", "-wal", "-shm"] {
                    std::fs::remove_file(format!("{}{end}", file.display())).ok();
                }
                let read = format!(".read {}", script.display());
                run("sqlite3", [file.as_os_str(), OsStr::new("-bail"), OsStr::new(&read)]).await
            }
            Self::Postgres { url, .. } => {
                let script = script.display().to_string();
                run("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", &script]).await
            }
        };
        assert!(said.is_done, "{}", said.stderr);
    }

    /// Keeps tables beside, to put them back.
    pub(super) async fn keep(&self, tables: &[&str]) {
        for table in tables {
            self.does(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
    }

    pub(super) async fn put_back(&self, tables: &[&str]) {
        for table in tables {
            self.does(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        }
    }
}

async fn run<A: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = A>) -> Said {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = match command.output().await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let package = if program == "sqlite3" { program } else { "postgresql-client" };
            panic!("{program} is missing; type: sudo apt-get update && sudo apt-get install -y {package}")
        }
        output => output.unwrap(),
    };
    Said {
        is_done: output.status.success(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What tells of a person, in any answer.
fn tells_of(person: &Person) -> [String; 5] {
    let five = person.five.clone();
    let recipient = person.record().medical_subsidy_recipient_number.unwrap();
    [person.my_number.clone(), five.name, five.name_kana, five.address, format!("\"{recipient}\"")]
}

/// Digits inside a longer run of hexadecimal ones are no number: sealed values have any digits.
fn stands_in(text: &str, told: &str) -> bool {
    let goes_on = |byte: Option<&u8>| {
        told.bytes().all(|byte| byte.is_ascii_digit()) && byte.is_some_and(u8::is_ascii_hexdigit)
    };
    text.match_indices(told).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
        !goes_on(before) && !goes_on(text.as_bytes().get(at + told.len()))
    })
}

/// Fails if the text tells of anybody but those.
#[track_caller]
pub(super) fn assert_tells_of(text: &str, those: &[u64]) {
    for at in (0..ENROLLED).filter(|at| !those.contains(at)) {
        for told in tells_of(&person(at)) {
            assert!(!stands_in(text, &told), "it tells {told} of person {at}: {text}");
        }
    }
}

impl World {
    /// The clinic refuses to say anything, rather than something wrong.
    pub(super) async fn assert_clinic_refused(&self, at: u64, code: Code, what: &str) {
        let answer = self.visit(&person(at).card, BOTH).await;
        answer.assert_refused(code, what);
        assert_tells_of(&text(&answer), &[]);
    }

    /// The clinic is shown this many subsidies, and all are that person's.
    pub(super) async fn assert_clinic_sees(&self, at: u64, subsidies: usize, what: &str) {
        let answer = self.visit(&person(at).card, BOTH).await;
        assert_eq!(answer.json::<VisitAnswer>().subsidies.len(), subsidies, "{what}");
        assert_tells_of(&text(&answer), &[at]);
    }

    /// What the municipality's search for a person is answered.
    pub(super) async fn searched(&self, municipality: &str, at: u64) -> Answer {
        let request = SearchRequest { my_number: person(at).my_number };
        let office = self.office(municipality);
        post_json(&office.hub, paths::SEARCH, serde_json::to_vec(&request).unwrap()).await
    }

    /// The sentences of the verifier about an export of this municipality's, all of which name rows and nobody.
    pub(super) async fn findings(&self, municipality: &str) -> Vec<String> {
        let hub = self.client(Party::Municipality, municipality, Door::HubRegistration);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.jsonl");
        let client = RegistrationClient::new(hub, municipality.parse().unwrap());
        client.save_audit(&file).await.unwrap();
        let report = verify_files(&[file], &[]).unwrap().pop().unwrap();
        assert_tells_of(&report.to_string(), &[]);
        report.findings.iter().map(ToString::to_string).collect()
    }
}

pub(super) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).unwrap()
}
