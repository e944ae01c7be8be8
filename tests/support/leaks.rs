//! Nothing of anybody stands in the clear in what the suite makes the parties write: looked for in the data folder or
//! the tables of every test when it ends, in every line that a party logs while it runs, in every refusal.

use std::io;
use std::path::Path;
use std::sync::{LazyLock, Mutex, Once, PoisonError};

use pmh_simulator::leak_scan::{Kind, Scanned, Scanner, Wanted};
use pmh_simulator::seed::DEFAULT_SEED;
use pmh_simulator::world::World;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::people::{ENROLLED, person};
use super::world::{OSAKA, TOKYO, token};

/// The people of all tests: those of [`person`] and those of the seeded world.
static EVERYBODY: LazyLock<Scanner> = LazyLock::new(|| {
    let mut wanted = Wanted::default();
    wanted.world(&World::from_seed(DEFAULT_SEED));
    for at in (0..=ENROLLED).chain(100..108).chain([500, 700, 701]).chain(900..910) {
        person(at).is_looked_for(&mut wanted);
    }
    for municipality in [OSAKA, TOKYO] {
        wanted.text(Kind::Password, &token(municipality));
    }
    wanted.scanner()
});

/// The first lines of a log in which something of somebody stands.
static LEAKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From the first world on every line that a party of this process logs is looked through.
pub(crate) fn watch_the_log() {
    static WATCHED: Once = Once::new();

    WATCHED.call_once(|| {
        // What libraries tell at trace costs minutes over the suite: `faults::leaks` looks at that.
        let told = Targets::new().with_default(LevelFilter::INFO).with_target("pmh", LevelFilter::TRACE);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Log(&LEAKED));
        let watching = tracing_subscriber::registry().with(lines.with_filter(told)).try_init();
        watching.expect("nothing else in this binary subscribes");
    });
}

pub(crate) fn everybody() -> &'static Scanner {
    &EVERYBODY
}

/// Fails if somebody can be told from the files of a data folder, or from what was logged so far.
pub(crate) fn none_in_folder(folder: &Path) {
    let mut scanned = Scanned::default();
    // A test of refusals may have made no folder.
    if folder.exists() {
        EVERYBODY.folder(folder, &mut scanned).unwrap();
    }
    none_in(&scanned);
}

/// Fails if somebody can be told from a refusal.
#[track_caller]
pub(crate) fn none_in_refusal(text: &[u8]) {
    let mut scanned = Scanned::default();
    EVERYBODY.bytes(text, "refusal", &mut scanned);
    assert_eq!(scanned.total(), 0, "{}", String::from_utf8_lossy(text));
}

#[track_caller]
pub(crate) fn none_in(scanned: &Scanned) {
    assert!(scanned.leaks().is_empty(), "{:?}", scanned.leaks());
    let leaked = LEAKED.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(leaked.is_empty(), "logged by this test or an earlier one: {leaked:#?}");
}

/// Looks at each line and keeps those with a leak.
#[derive(Clone, Copy)]
pub(crate) struct Log(pub(crate) &'static Mutex<Vec<String>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut scanned = Scanned::default();
        EVERYBODY.bytes(line, "log", &mut scanned);
        if scanned.total() > 0 {
            let mut leaked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            leaked.push(String::from_utf8_lossy(line).into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
