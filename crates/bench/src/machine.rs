//! The machine and the program of a run.

use crate::report::Environment;

/// All of it, as far as the system tells.
pub(crate) fn memory_kib() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix("kB")?.trim_end().parse().ok()
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
