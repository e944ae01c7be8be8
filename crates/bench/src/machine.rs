//! The machine and the program of a run.

use std::time::Duration;

use crate::report::Environment;

/// Where the line of all cores in `/proc/stat` has it (proc(5)).
const STOLEN: usize = 8;

/// All of it, as far as the system tells.
pub(crate) fn memory_kib() -> Option<u64> {
    memory("MemTotal:")
}

/// How many huge pages are reserved and nobody's, and how large one is in KiB, as far as the system tells.
pub(crate) fn huge_pages() -> Option<(u64, u64)> {
    Some((memory("HugePages_Free:")?, memory("Hugepagesize:").filter(|kib| *kib > 0)?))
}

fn memory(name: &str) -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let found = told.lines().find_map(|line| line.strip_prefix(name))?.trim();
    found.strip_suffix("kB").unwrap_or(found).trim_end().parse().ok()
}

/// How long the host of a virtual machine has kept its cores from it since it began, all cores together.
pub(crate) fn stolen() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/stat").ok()?;
    let ticks: u64 = told.lines().next()?.split_ascii_whitespace().nth(STOLEN)?.parse().ok()?;
    Some(time_of(ticks))
}

/// In which `/proc` counts.
pub(crate) fn time_of(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second())
}

/// As far as the system tells it. Database and population are for whoever knows them.
pub fn environment() -> Environment {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let release = read("/proc/sys/kernel/osrelease");
    Environment {
        cpu: model.map_or(std::env::consts::ARCH, |(_, model)| model).trim().to_owned(),
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        os: format!("{} {}", std::env::consts::OS, release.trim()).trim().to_owned(),
        commit: env!("PMH_COMMIT").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Environment::default()
    }
}
