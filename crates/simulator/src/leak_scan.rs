//! Looks for values that must not be somewhere: in files, in every column of a PostgreSQL schema, in the memory of a
//! process. Which value may be where says [`Kind`]; in how many forms it is looked for says [`Wanted`].
//!
//! Not looked for: values that are compressed, split or encrypted, and those too short to be told from chance (a PIN,
//! a date of birth).

mod forms;
mod kind;
mod memory;
mod schemas;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use pmh_domain::PmhId;

pub use self::kind::Kind;
use crate::personas;
use crate::population::Person;
use crate::world::World;

/// Read at once; what is longer than a pattern is kept over the border of two pieces.
const PIECE_BYTES: usize = 1 << 20;

pub(crate) const SAMPLED_ONE_IN: usize = 10;

/// Values to look for.
#[derive(Default)]
pub struct Wanted {
    patterns: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
}

impl Wanted {
    /// A text, in all encodings and all their forms.
    pub fn text(&mut self, kind: Kind, value: &str) {
        self.add(kind, forms::of_text(value));
    }

    /// Bytes that are no text, in all their forms.
    pub fn bytes(&mut self, kind: Kind, value: &[u8]) {
        self.add(kind, forms::of_bytes(value));
    }

    pub fn pmh_id(&mut self, pmh_id: &PmhId) {
        self.bytes(Kind::PmhId, pmh_id.expose_bytes());
        self.text(Kind::PmhId, &pmh_id.expose_text());
    }

    /// What insurers, portal and municipalities are told of a person.
    pub fn person(&mut self, person: &Person) {
        let Person { number, basic_five, enrolment } = person;
        self.text(Kind::IndividualNumber, number.expose());
        self.text(Kind::Name, basic_five.name.expose());
        self.text(Kind::Name, basic_five.name_kana.expose());
        self.text(Kind::Address, basic_five.address.expose());
        self.text(Kind::LinkingNumber, enrolment.linking_number.expose());
        self.text(Kind::CardSerial, enrolment.card_serial.expose());
        self.bytes(Kind::PortalPseudonym, enrolment.portal_pseudonym.expose_bytes());
        self.text(Kind::PortalPseudonym, &enrolment.portal_pseudonym.expose_text());
    }

    /// The personas of a world and every tenth of its other people: whoever looked for all of them would need a
    /// gigabyte.
    pub fn world(&mut self, world: &World) {
        let (cast, others) = world.people.split_at(personas::all().len());
        for one in cast.iter().chain(others.iter().step_by(SAMPLED_ONE_IN)) {
            self.person(&one.person);
        }
    }

    fn add(&mut self, kind: Kind, forms: Vec<Vec<u8>>) {
        self.kinds.extend(forms.iter().map(|_| kind));
        self.patterns.extend(forms);
    }

    pub fn scanner(&self) -> Scanner {
        let longest = self.patterns.iter().map(Vec::len).max().unwrap_or(0);
        let automaton = AhoCorasick::new(&self.patterns).expect("as many short patterns as people fit");
        Scanner { automaton, kinds: self.kinds.clone(), longest }
    }
}

/// Finds them.
pub struct Scanner {
    automaton: AhoCorasick,
    kinds: Vec<Kind>,
    longest: usize,
}

/// What was looked through and what was found, by place and kind.
#[derive(Default)]
pub struct Scanned {
    pub places: u64,
    pub bytes: u64,
    pub found: BTreeMap<(String, Kind), u64>,
}

impl Scanned {
    pub fn total(&self) -> u64 {
        self.found.values().sum()
    }

    /// What stands where the table of kinds does not let it, as `place: kind`.
    pub fn leaks(&self) -> BTreeMap<String, u64> {
        let leaks = self.found.iter().filter(|((place, kind), _)| !kind.may_stand_in(place));
        leaks.map(|((place, kind), count)| (format!("{place}: {}", kind.as_str()), *count)).collect()
    }

    fn add(&mut self, place: &str, kind: Kind) {
        *self.found.entry((place.to_owned(), kind)).or_default() += 1;
    }
}

impl Scanner {
    /// Every file below a folder; places are paths within it.
    pub fn folder(&self, folder: &Path, scanned: &mut Scanned) -> std::io::Result<()> {
        for path in files_below(folder)? {
            let place = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            self.file(&path, &place, scanned)?;
        }
        Ok(())
    }

    pub fn file(&self, path: &Path, place: &str, scanned: &mut Scanned) -> std::io::Result<()> {
        match std::fs::File::open(path) {
            // A database takes its own side files away at any time.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            opened => self.read(opened?, place, scanned),
        }
    }

    /// A text or a body that is there as a whole.
    pub fn bytes(&self, bytes: &[u8], place: &str, scanned: &mut Scanned) {
        scanned.places += 1;
        self.part(bytes, place, scanned);
    }

    fn part(&self, bytes: &[u8], place: &str, scanned: &mut Scanned) {
        scanned.bytes += bytes.len() as u64;
        self.piece(bytes, 0, place, scanned);
    }

    fn read(&self, mut from: impl Read, place: &str, scanned: &mut Scanned) -> std::io::Result<()> {
        let mut piece = Vec::new();
        loop {
            let kept = piece.len();
            let read = from.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
            scanned.bytes += read as u64;
            self.piece(&piece, kept, place, scanned);
            if read < PIECE_BYTES {
                scanned.places += 1;
                return Ok(());
            }
            piece.drain(..piece.len() - self.longest.min(piece.len()));
        }
    }

    /// `seen` bytes at the front were looked through before: only what ends after them counts.
    fn piece(&self, bytes: &[u8], seen: usize, place: &str, scanned: &mut Scanned) {
        for found in self.automaton.find_overlapping_iter(bytes) {
            if found.end() > seen {
                scanned.add(place, self.kinds[found.pattern().as_usize()]);
            }
        }
    }
}

fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests;
