//! Sequences of operations drawn by number, carried out at the real doors and held against a small model
//! (`docs/decisions/0017-sequences-against-a-model.md`).
//!
//! A sequence that fails is made shorter and printed as a command that repeats it and as a list to paste into
//! `kept.rs`.

mod kept;
mod operation;
mod parties;
mod processes;
mod reference;
mod sequence;
mod shrink;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::join_all;
use operation::{Operation, draw};
use parties::Parties;
use pmh_store::Database;
use sequence::Sequence;
use shrink::shrink;

use crate::support::{TestDatabase, for_each_store, size};

/// On both databases together: each has every second one.
const SEQUENCES: i64 = 200;
const SEQUENCES_DEEP: i64 = 5_000;
const DATABASES: u64 = 2;
/// Worlds at a time: the doors wait for disks more than they work.
const WORLDS: u64 = 2;
/// A try is a world of its own.
const TRIES: usize = 60;
/// `17` repeats sequence 17, `17:0,3` the first and the fourth operation of it.
const REPEATED: &str = "PMH_MODEL_SEED";

async fn drawn_sequences_are_seen_as_the_model_says(place: &TestDatabase) {
    let kind = Kind::of(place);
    if let Ok(repeated) = std::env::var(REPEATED) {
        let sequence = Repeated::parse(&repeated);
        let failure = kind.alone(&sequence.operations()).await;
        assert!(failure.is_none(), "{}: {}", repeated, failure.unwrap().of_sequence());
        return;
    }
    let sequences = size(SEQUENCES, SEQUENCES_DEEP).unsigned_abs();
    let all = DATABASES * WORLDS;
    let numbers = |first: u64| (0..sequences).filter(move |number| number % all == first);
    join_all((0..WORLDS).map(|world| kind.run(numbers(world * DATABASES + kind as u64)))).await;
}

/// A sequence, or some operations of one.
struct Repeated {
    number: u64,
    kept: Option<Vec<usize>>,
}

impl Repeated {
    fn parse(text: &str) -> Self {
        let (number, kept) = match text.split_once(':') {
            Some((number, kept)) => (number, Some(kept)),
            None => (text, None),
        };
        let places = |kept: &str| kept.split(',').map(|at| at.parse().unwrap()).collect();
        Self { number: number.parse().unwrap(), kept: kept.map(places) }
    }

    fn operations(&self) -> Vec<Operation> {
        let all = draw(self.number);
        match &self.kept {
            Some(kept) => pick(&all, kept),
            None => all,
        }
    }
}

fn pick(all: &[Operation], kept: &[usize]) -> Vec<Operation> {
    kept.iter().map(|at| all[*at].clone()).collect()
}

#[derive(Clone, Copy)]
enum Kind {
    Sqlite,
    Postgres,
}

/// What did not hold, and at which operation; after the last one, if there is none.
struct Failure {
    operation: Option<Operation>,
    text: String,
}

impl Failure {
    fn of_sequence(&self) -> String {
        match &self.operation {
            Some(operation) => format!("at {operation:?}: {}", self.text),
            None => format!("after the last operation: {}", self.text),
        }
    }
}

impl Kind {
    fn of(place: &TestDatabase) -> Self {
        match place.database() {
            Database::Sqlite { .. } => Self::Sqlite,
            Database::Postgres { .. } => Self::Postgres,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    async fn world(self) -> Parties {
        Parties::start(match self {
            Self::Sqlite => TestDatabase::sqlite(),
            Self::Postgres => TestDatabase::postgres().await,
        })
        .await
    }

    async fn run(self, numbers: impl Iterator<Item = u64>) {
        let mut world = self.world().await;
        for number in numbers {
            if !world.has_room() {
                // With `--nocapture`: a deep run takes its time.
                println!("{}: before sequence {number} all were as the model says", self.name());
                drop(world);
                world = self.world().await;
            }
            match carry_out(world, draw(number)).await {
                Ok(unharmed) => world = unharmed,
                Err(failure) => panic!("{}", self.explained(number, &failure).await),
            }
        }
    }

    /// In a world that nobody has used.
    async fn alone(self, operations: &[Operation]) -> Option<Failure> {
        carry_out(self.world().await, operations.to_vec()).await.err()
    }

    async fn explained(self, number: u64, failure: &Failure) -> String {
        let all = draw(number);
        let kept = shrink(all.len(), TRIES, async |kept| self.alone(&pick(&all, kept)).await.is_some()).await;
        let alone = self.alone(&pick(&all, &kept)).await;
        let command = |seed: String| {
            let name = self.name();
            format!("{REPEATED}={seed} cargo xtask test --test main model::{name}")
        };
        match alone {
            Some(shorter) => {
                let places = kept.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                let command = command(format!("{number}:{places}"));
                let line = |operation: &Operation| format!("    {operation:?},\n");
                let operations: String = pick(&all, &kept).iter().map(line).collect();
                format!("{}\n\n{command}\n\n[\n{operations}]", shorter.of_sequence())
            }
            None => format!(
                "{}\n\nIn a world that nobody has used it did not fail again.\n\n{}",
                failure.of_sequence(),
                command(number.to_string())
            ),
        }
    }
}

/// The world comes back when all was as expected.
async fn carry_out(mut world: Parties, operations: Vec<Operation>) -> Result<Parties, Failure> {
    let mut begun = 0;
    let carrying = async {
        let mut sequence = Sequence::begin(&mut world).await;
        for operation in &operations {
            sequence.carry_out(operation).await;
            begun += 1;
        }
        sequence.end().await;
    };
    // Nobody looks at the world again after an assertion failed in it.
    let Err(panic) = AssertUnwindSafe(carrying).catch_unwind().await else { return Ok(world) };
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Err(Failure { operation: operations.get(begun).cloned(), text: text.unwrap_or_default() })
}

for_each_store!(drawn_sequences_are_seen_as_the_model_says);
