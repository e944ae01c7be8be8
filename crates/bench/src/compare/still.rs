//! For how long the disk stood still while somebody was measured. No look at the disk before or after tells that.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pmh_domain::Stopwatch;
use rustix::fs::{major, minor};

const LOOK_EVERY: Duration = Duration::from_millis(3);
/// Less is a disk that works.
const STILL_MIN: Duration = Duration::from_millis(10);

/// Also tells for how long at least the disk of the folder had something to do and ended nothing, without moments shorter than
/// [`STILL_MIN`]: only what lies between two looks that found it so counts. `None` where the folder is on no disk of its own, as with overlayfs or btrfs.
pub(super) async fn meanwhile<T>(folder: &Path, work: impl Future<Output = T>) -> (T, Option<Duration>) {
    let mut work = std::pin::pin!(work);
    let Some(mut disk) = Disk::under(folder) else { return (work.await, None) };
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let watch = Stopwatch::start();
    let mut stillness = Stillness::default();
    loop {
        tokio::select! {
            done = &mut work => return (done, Some(stillness.ended())),
            _ = looks.tick() => stillness.look(Duration::from_micros(watch.elapsed_us()), disk.look()),
        }
    }
}

struct Disk {
    stat: PathBuf,
    last: Option<Counters>,
}

/// What a disk has done since the machine began, and what it has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counters {
    done: u64,
    under_way: u64,
}

impl Disk {
    fn under(folder: &Path) -> Option<Self> {
        let device = std::fs::metadata(folder).ok()?.dev();
        let stat = PathBuf::from(format!("/sys/dev/block/{}:{}/stat", major(device), minor(device)));
        Some(Self { last: Some(Counters::read(&stat)?), stat })
    }

    /// Whether it had something to do at the look before and ended nothing since.
    fn look(&mut self) -> bool {
        let now = Counters::read(&self.stat);
        let before = std::mem::replace(&mut self.last, now);
        now.zip(before).is_some_and(|(now, before)| now.done == before.done && before.under_way > 0)
    }
}

impl Counters {
    fn read(stat: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(stat).ok()?)
    }

    /// Reads, writes, discards and flushes: `Documentation/block/stat.rst` of Linux. Older ones tell no flushes or discards.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        let done = [0, 4, 11, 15].into_iter().filter_map(|at| fields.get(at)).sum();
        Some(Self { done, under_way: *fields.get(8)? })
    }
}

/// Added up from looks.
#[derive(Default)]
struct Stillness {
    at: Duration,
    stands: Duration,
    sum: Duration,
}

impl Stillness {
    /// Whether it has stood still since the look before.
    fn look(&mut self, at: Duration, still: bool) {
        let since = at.saturating_sub(std::mem::replace(&mut self.at, at));
        if still {
            self.stands += since;
        } else {
            self.sum = self.ended();
            self.stands = Duration::ZERO;
        }
    }

    fn ended(&self) -> Duration {
        self.sum + if self.stands < STILL_MIN { Duration::ZERO } else { self.stands }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: &str = "61037 1 3400001 20000 500000 7 9100000 70000 3 80000 90000 40 0 320 10 900 100";

    #[test]
    fn what_a_disk_has_done_is_the_sum_of_all_kinds() {
        assert_eq!(Counters::parse(BUSY), Some(Counters { done: 61_037 + 500_000 + 40 + 900, under_way: 3 }));
        assert_eq!(
            Counters::parse("1 0 0 0 2 0 0 0 0 0 0"),
            Some(Counters { done: 3, under_way: 0 }),
            "an older one"
        );
        assert_eq!(Counters::parse("1 0"), None);
        assert_eq!(Counters::parse("what"), None);
    }

    #[test]
    fn a_disk_with_something_to_do_that_ends_nothing_stands_still() {
        let folder = tempfile::tempdir().unwrap();
        let stat = folder.path().join("stat");
        let tell = |text: &str| std::fs::write(&stat, text).unwrap();
        tell("1 0 0 0 2 0 0 0 0 0 0");
        let mut disk = Disk { last: Counters::read(&stat), stat: stat.clone() };
        assert!(!disk.look(), "it has nothing to do");
        tell("1 0 0 0 2 0 0 0 1 0 0");
        assert!(!disk.look(), "it has something to do since now");
        assert!(disk.look());
        tell("1 0 0 0 3 0 0 0 1 0 0");
        assert!(!disk.look(), "it has ended something");
        std::fs::remove_file(&stat).unwrap();
        assert!(!disk.look());
    }

    #[test]
    fn only_longer_moments_count() {
        let mut stillness = Stillness::default();
        let looks = [(2, false), (8, true), (10, true), (12, false), (14, true), (22, true), (24, true)];
        for (ms, still) in looks {
            stillness.look(Duration::from_millis(ms), still);
        }
        assert_eq!(stillness.ended(), Duration::from_millis(12), "8 ms are too short, and 12 go on");
        stillness.look(Duration::from_millis(26), false);
        assert_eq!(stillness.ended(), Duration::from_millis(12));
    }

    #[tokio::test]
    async fn where_there_is_no_disk_the_work_is_done_all_the_same() {
        assert_eq!(meanwhile(Path::new("/proc"), async { 7 }).await, (7, None));
    }
}
