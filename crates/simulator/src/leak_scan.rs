//! Looks for values that must not be somewhere: in files, and in every column of a PostgreSQL schema.
//!
//! Each value is looked for as text, as raw bytes, in hexadecimal and in base64 at each of the three
//! positions it can have in a group. Not looked for: values that are compressed, split or encrypted.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use pmh_store::{StoreError, schema_name};
use pmh_wire::Party;
use sqlx::{ConnectOptions, Connection, PgConnection, Row};

/// What kind of value a finding is of. The value itself is never told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    IndividualNumber,
    Name,
    PmhId,
    Planted,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IndividualNumber => "individualNumber",
            Self::Name => "name",
            Self::PmhId => "pmhId",
            Self::Planted => "planted",
        }
    }
}

/// Shorter encodings are left out: they would be found by accident.
const PATTERN_BYTES_MIN: usize = 8;
/// Read at once; what is longer than a pattern is kept over the border of two pieces.
const PIECE_BYTES: usize = 1 << 20;

/// Values to look for.
#[derive(Default)]
pub struct Wanted {
    patterns: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
}

impl Wanted {
    /// One value, in all its encodings.
    pub fn add(&mut self, kind: Kind, value: &[u8]) {
        let lower = hex::encode(value);
        let mut forms = vec![value.to_vec(), lower.to_uppercase().into_bytes(), lower.into_bytes()];
        for lead in 0..3 {
            forms.extend(base64_cores(value, lead));
        }
        forms.retain(|form| form.len() >= PATTERN_BYTES_MIN);
        forms.sort_unstable();
        forms.dedup();
        self.kinds.extend(forms.iter().map(|_| kind));
        self.patterns.extend(forms);
    }

    pub fn scanner(&self) -> Scanner {
        let longest = self.patterns.iter().map(Vec::len).max().unwrap_or(0);
        let automaton = AhoCorasick::new(&self.patterns).expect("a few thousand short patterns fit");
        Scanner { automaton, kinds: self.kinds.clone(), longest }
    }
}

/// The characters that a value gives in base64 after `lead` bytes of something else, without those that
/// depend on its neighbours.
fn base64_cores(value: &[u8], lead: usize) -> [Vec<u8>; 2] {
    let padded = [vec![0; lead], value.to_vec()].concat();
    let first = (lead * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    [STANDARD.encode(&padded), URL_SAFE.encode(&padded)]
        .map(|text| text.as_bytes().get(first..last).unwrap_or_default().to_vec())
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
        let mut file = match std::fs::File::open(path) {
            // A database takes its own side files away at any time.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let mut piece = Vec::new();
        loop {
            let kept = piece.len();
            let read = file.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
            scanned.bytes += read as u64;
            self.bytes(&piece, kept, place, scanned);
            if read < PIECE_BYTES {
                scanned.places += 1;
                return Ok(());
            }
            piece.drain(..piece.len() - self.longest.min(piece.len()));
        }
    }

    /// `seen` bytes at the front were looked through before: only what ends after them counts.
    fn bytes(&self, bytes: &[u8], seen: usize, place: &str, scanned: &mut Scanned) {
        for found in self.automaton.find_overlapping_iter(bytes) {
            if found.end() > seen {
                scanned.add(place, self.kinds[found.pattern().as_usize()]);
            }
        }
    }

    /// Every column of every table of a party, by SQL. Needs a superuser, who alone sees past row-level
    /// security: any other user's rows would be a scan that skips.
    pub async fn schema(
        &self,
        url: &str,
        world: &str,
        party: Party,
        scanned: &mut Scanned,
    ) -> Result<(), StoreError> {
        let options: sqlx::postgres::PgConnectOptions =
            url.parse().map_err(|_| StoreError::Usage("the postgres:// URL cannot be read".to_owned()))?;
        let mut connection = options.connect().await?;
        demand_superuser(&mut connection).await?;
        let schema = schema_name(world, party.as_str());
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = $1")
                .bind(&schema)
                .fetch_all(&mut connection)
                .await?;
        for table in tables {
            let place = format!("{schema}.{table}");
            // A row as text has its bytes in hexadecimal, which is one of the forms looked for.
            let sql = format!("SELECT CAST(whole AS TEXT) FROM \"{schema}\".\"{table}\" AS whole");
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await?;
            for row in &rows {
                let text: String = row.try_get(0)?;
                scanned.bytes += text.len() as u64;
                self.bytes(text.as_bytes(), 0, &place, scanned);
            }
            scanned.places += 1;
        }
        connection.close().await?;
        Ok(())
    }
}

async fn demand_superuser(connection: &mut PgConnection) -> Result<(), StoreError> {
    let superuser: bool = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&mut *connection)
        .await?;
    if superuser {
        return Ok(());
    }
    Err(StoreError::Usage(
        "the leak scan reads every row, which takes a superuser's URL on PostgreSQL".to_owned(),
    ))
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
mod tests {
    use super::*;

    fn found_in(text: &[u8], value: &[u8]) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), text).unwrap();
        let mut wanted = Wanted::default();
        wanted.add(Kind::Planted, value);
        let mut scanned = Scanned::default();
        wanted.scanner().folder(folder.path(), &mut scanned).unwrap();
        assert_eq!(scanned.places, 1);
        assert_eq!(scanned.bytes, text.len() as u64);
        scanned.total()
    }

    #[test]
    fn a_planted_value_is_found_in_every_encoding_and_position() {
        let value = b"123456789012";
        assert_eq!(found_in(b"nothing here", value), 0);
        assert_eq!(found_in(b"x123456789012y", value), 1);
        assert_eq!(found_in(b"313233343536373839303132", value), 1);
        for lead in 0..3 {
            let text = [&b"abc"[..lead], value, b"tail"].concat();
            assert!(found_in(STANDARD.encode(&text).as_bytes(), value) >= 1, "{lead}");
            assert!(found_in(URL_SAFE.encode(&text).as_bytes(), value) >= 1, "{lead}");
        }
    }

    #[test]
    fn a_value_over_the_border_of_two_pieces_is_found_once() {
        let mut text = vec![b'.'; PIECE_BYTES - 5];
        text.extend_from_slice(b"123456789012");
        text.extend_from_slice(&[b'.'; 100]);
        assert_eq!(found_in(&text, b"123456789012"), 1);
    }

    #[test]
    fn japanese_names_are_found_as_text() {
        assert_eq!(found_in("氏名は大阪　花子です".as_bytes(), "大阪　花子".as_bytes()), 1);
    }
}
