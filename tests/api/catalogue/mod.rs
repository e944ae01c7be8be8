//! Every code of the catalogue is drawn through a door at least once. A code that nobody can draw is one that nobody
//! needs.
//!
//! A code more is a line more: a call of [`Drawn::refused`] in the group whose world can bring it about, or a row of a
//! table there.

mod access;
mod cards;
mod erasures;
mod files;
mod keys;
mod numbers;
mod queries;
mod tasks;
mod unreachable;
mod users;

use std::collections::BTreeSet;

use pmh_wire::{Code, RecordResult};

use crate::support::TestDatabase;
use crate::support::answers::Answer;

/// What is not drawn here, and why.
const ELSEWHERE: [(Code, &str); 4] = [
    (Code::MasterKeyElsewhere, "asks for an environment of its own; drawn by a process in tests/faults"),
    (Code::TimedOut, "a body has to stand still for 30 s; drawn with a shorter limit in crates/service"),
    (Code::NumberingMismatch, "no problem, but a state of a person in the answer of a search"),
    (Code::NumberingNotFound, "the same"),
];

#[derive(Default)]
struct Drawn(BTreeSet<Code>);

impl Drawn {
    #[track_caller]
    fn refused(&mut self, code: Code, answer: &Answer) {
        answer.assert_refused(code, code.title());
        self.0.insert(code);
    }

    /// Fails unless exactly this was said of the row, as error or as warning.
    #[track_caller]
    fn told(&mut self, code: Code, result: &RecordResult) {
        let said = if code.is_warning() { &result.warnings } else { &result.errors };
        let said: Vec<&str> = said.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(said, [code.as_str()], "{}", code.title());
        self.0.insert(code);
    }
}

/// On SQLite alone: no code depends on the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_code_is_drawn_through_a_door() {
    let mut drawn = Drawn::default();
    files::draw(&mut drawn, &TestDatabase::sqlite()).await;
    files::draw_strictly(&mut drawn, &TestDatabase::sqlite()).await;
    tasks::draw(&mut drawn, &TestDatabase::sqlite()).await;
    access::draw(&mut drawn, &TestDatabase::sqlite()).await;
    queries::draw(&mut drawn, &TestDatabase::sqlite()).await;
    cards::draw(&mut drawn, &TestDatabase::sqlite()).await;
    numbers::draw(&mut drawn, &TestDatabase::sqlite()).await;
    keys::draw(&mut drawn, &TestDatabase::sqlite()).await;
    erasures::draw(&mut drawn, &TestDatabase::sqlite()).await;
    users::draw(&mut drawn, &TestDatabase::sqlite()).await;
    unreachable::draw(&mut drawn, &TestDatabase::sqlite()).await;
    let elsewhere: BTreeSet<Code> = ELSEWHERE.iter().map(|(code, _)| *code).collect();
    let both: Vec<&Code> = drawn.0.intersection(&elsewhere).collect();
    assert!(both.is_empty(), "drawn after all: {both:?}");
    let missing: Vec<&Code> =
        Code::ALL.iter().filter(|code| !drawn.0.contains(code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "nobody drew {missing:?}");
}
