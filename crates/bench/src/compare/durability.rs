//! What a promise to keep things costs here, and whether it is given at all.

use std::fs::OpenOptions;
use std::io::{Seek, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use pmh_domain::Stopwatch;
use rustix::fs::statfs;

use super::drive::real;
use super::median;

/// As a page of a database.
const BLOCK: [u8; 4_096] = [7; 4_096];
/// Of the file that is written over.
const BLOCKS: usize = 4_096;
/// `TMPFS_MAGIC` and `RAMFS_MAGIC` of `linux/magic.h`.
const IN_MEMORY: [i64; 2] = [0x0102_1994, 0x8584_58f6];

/// What each setting must be for a committed transaction to survive a loss of power.
const MUST: [(&str, &[&str]); 5] = [
    ("journal_mode", &["wal"]),
    ("synchronous", &["2", "3"]),
    ("fsync", &["on"]),
    ("synchronous_commit", &["on", "remote_apply"]),
    ("full_page_writes", &["on"]),
];

/// The settings that count of those that a database told. One that is off is an error: figures of a hub that keeps
/// nothing are not reported.
pub(super) fn check(settings: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let mut counted = Vec::new();
    for (name, value) in settings {
        let Some((_, good)) = MUST.iter().find(|(must, _)| must == name) else { continue };
        if !good.contains(&value.as_str()) {
            bail!("{name} is {value}: nothing is reported of a database that may lose what it committed");
        }
        counted.push((name.clone(), value.clone()));
    }
    let complete =
        [&["journal_mode", "synchronous"][..], &["fsync", "synchronous_commit", "full_page_writes"]];
    let has = |name: &&str| counted.iter().any(|(counted, _)| counted == name);
    if complete.iter().any(|names| names.iter().all(has)) {
        return Ok(counted);
    }
    bail!("the database does not tell its settings: {settings:?}")
}

/// How long a disk takes to keep a block, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Of one block after the other.
    pub(super) median: f64,
    /// Of what comes at any moment: in one of a hundred moments the block under way needs longer. A disk that stands still
    /// now and then shows here and not in the median.
    pub(super) any_moment_p99: f64,
    pub(super) longest: f64,
}

/// Writes blocks for so long, each when the one before it is kept, into one file over and over: as a database does with its
/// log, the file grows at first, and what stands there is written over from then on. A new one each time would have to
/// be deleted, which is work that a disk may do later, beside whoever is measured.
pub(super) fn flush(folder: &Path, seconds: f64) -> Result<Kept> {
    let kind = statfs(folder)?.f_type;
    if IN_MEMORY.contains(&kind) {
        bail!("{} is in memory alone; name a folder on a disk with --folder", folder.display());
    }
    let path = folder.join("fsync");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let mut file = opened.with_context(|| path.display().to_string())?;
    let mut times = Vec::new();
    let all = Stopwatch::start();
    while times.is_empty() || real(all.elapsed_us()) < seconds * 1e6 {
        if times.len().is_multiple_of(BLOCKS) {
            file.rewind()?;
        }
        let watch = Stopwatch::start();
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        times.push(real(watch.elapsed_us()));
    }
    Ok(Kept {
        any_moment_p99: still_to_wait(&times, 0.01),
        longest: times.iter().copied().fold(0.0, f64::max),
        median: median(times),
    })
}

/// The wait that is exceeded in this share of all moments: what is left of the time that a moment falls into, of these,
/// which follow each other.
fn still_to_wait(times: &[f64], share: f64) -> f64 {
    let mut longest_first = times.to_vec();
    longest_first.sort_unstable_by(|one, other| other.total_cmp(one));
    let moments = share * times.iter().sum::<f64>();
    let (mut sum, mut wait) = (0.0, 0.0);
    for (before, time) in longest_first.iter().enumerate() {
        // As long as the next one is longer than what is left of those before it.
        if *time <= wait {
            break;
        }
        sum += time;
        wait = ((sum - moments) / real(before as u64 + 1)).max(0.0);
    }
    wait
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(settings: &[(&str, &str)]) -> Result<usize, String> {
        let settings: Vec<_> =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        check(&settings).map(|counted| counted.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_disk_that_stands_still_for_more_than_a_hundredth_of_the_time_shows() {
        let mut times = vec![100.0; 1_000];
        assert!(
            (still_to_wait(&times, 0.01) - 99.0).abs() < 1e-6,
            "all but a hundredth of each is left at most"
        );
        times.push(50_000.0);
        // 1,500 of 150,000 µs are a hundredth: who comes in the first 1,500 of the 50,000 waits for 48,500 and more.
        assert!((still_to_wait(&times, 0.01) - 48_500.0).abs() < 1e-6);
        times[1_000] = 500.0;
        assert!(still_to_wait(&times, 0.01) < 101.0, "it is too short to show");
        assert!(still_to_wait(&[], 0.01).abs() < 1e-6);
    }

    #[test]
    fn a_setting_that_is_off_or_not_told_is_refused() {
        assert_eq!(checked(&[("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")]), Ok(2));
        assert_eq!(
            checked(&[("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")]),
            Ok(3)
        );
        for (name, value) in [
            ("journal_mode", "off"),
            ("synchronous", "1"),
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("synchronous_commit", "local"),
            ("full_page_writes", "off"),
        ] {
            assert!(checked(&[(name, value)]).unwrap_err().starts_with(&format!("{name} is {value}")));
        }
        assert!(checked(&[("journal_mode", "wal")]).unwrap_err().contains("does not tell"));
        assert!(checked(&[]).is_err());
    }
}
