//! `bench compare`: the hub on both databases against a floor of the same stack, in one go, on this machine.
//!
//! Everything measured is a process of its own, the hub and the floor in turn on one core, the generator on another
//! one, PostgreSQL free. Figures are medians of rounds in which floor and hub alternate, since a machine is not equally
//! fast all the time. People are written straight into the tables (`bench fill`); linkage keys for them are minted
//! here, under an epoch that was agreed with the hub, so that neither the intermediate server nor the OQS has to know
//! them.

mod asked;
mod cores;
mod drive;
mod durability;
pub mod floor;
mod outcome;
mod process;
mod registered;
mod site;
mod still;
mod table;
mod visited;
mod wrk;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use pmh_cluster::Cluster;
use pmh_crypto::Entropy;
use pmh_domain::{PmhId, Stopwatch};
use tempfile::TempDir;

pub use self::outcome::{Cpu, Environment, OnDatabase, Outcome, Register, Row, Unit, Verdict};
pub use self::table::table;

use self::asked::{Asked, Floor, Throughput};
use self::cores::{Cores, on_core};
use self::process::Program;
use self::site::{Filled, Site};
use crate::machine;

/// The population before it grows.
const PEOPLE_BEFORE: usize = 10_000;
/// Whoever writes more people than this tells how far that is, and lets the disk settle afterwards.
const MANY: usize = 50_000;
/// People of one transaction while a population is written.
const BATCH: usize = 1_000;
/// Of flushed blocks, before anything else.
const FSYNC_SECONDS: f64 = 1.0;
/// A machine keeps what is written to it in memory at first, and its host does too where it has one: some half a minute
/// later it all goes to the disk, and flushes wait for it. So after many people were written nobody is measured for so
/// long, then until nothing waited in some looks at the disk one after the other, and no longer than that.
const SETTLING_MIN: Duration = Duration::from_secs(30);
const SETTLING_MAX: Duration = Duration::from_secs(90);
const LOOK_SECONDS: f64 = 5.0;
const CALM_LOOKS: usize = 2;
const CALM_US: f64 = 10_000.0;
/// Nothing here touches durability.
const SERVER: [(&str, &str); 3] =
    [("max_connections", "200"), ("max_wal_size", "8GB"), ("checkpoint_timeout", "15min")];

/// A program or a right that this machine lacks, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Missing(String);

pub struct Options {
    pub people: usize,
    /// `postgres://…` of a server that runs already.
    pub database: Option<String>,
    /// Where worlds and databases are made, to vanish afterwards.
    pub folder: PathBuf,
    /// This program.
    pub program: PathBuf,
    pub soak_minutes: u64,
}

/// What is said while it goes on.
pub type Say<'a> = &'a (dyn Fn(&str) + Sync);

struct Compare<'a> {
    options: &'a Options,
    /// Goes with everything in it.
    _folder: TempDir,
    program: Program,
    cores: Cores,
    cluster: Option<Cluster>,
    people: Arc<[PmhId]>,
    ids: PathBuf,
    say: Say<'a>,
}

/// On which a hub runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Runs everything; what is left of it is the outcome alone.
pub async fn run(options: &Options, say: Say<'_>) -> Result<Outcome> {
    wrk::find()?;
    if options.database.is_none() && pmh_cluster::find_postgres().is_none() {
        let missing = "PostgreSQL is not installed; type: sudo apt-get update && sudo apt-get install -y \
                       postgresql, or name a server with --database";
        return Err(Missing(missing.to_owned()).into());
    }
    let folder = tempfile::Builder::new().prefix("pmh-compare-").tempdir_in(&options.folder)?;
    let fsync_us = durability::flush(folder.path(), FSYNC_SECONDS)?.median;
    let cluster = if options.database.is_none() {
        // What its manual recommends: https://www.postgresql.org/docs/15/runtime-config-resource.html
        let quarter_kib = machine::memory_kib().map_or(1 << 20, |kib| kib / 4);
        if let Some(hint) = lacking_huge_pages(quarter_kib) {
            say(&hint);
        }
        let quarter = format!("{quarter_kib}kB");
        let memory = ("shared_buffers", quarter.as_str());
        Some(Cluster::start(&options.folder, &[&SERVER[..], &[memory]].concat()).await?)
    } else {
        None
    };
    let program = Program { path: options.program.clone(), folder: folder.path().to_owned() };
    let (people, ids) = draw_ids(folder.path(), options.people)?;
    let cores = Cores::find();
    let mut compare = Compare { options, _folder: folder, program, cores, cluster, people, ids, say };
    let outcome = compare.measure(fsync_us).await;
    if let Some(cluster) = compare.cluster.take() {
        cluster.stop().await;
    }
    outcome
}

/// PostgreSQL takes huge pages by itself where there are enough. Without them the processor looks for the place of nearly
/// each page that a query needs, and each process maps it for itself.
fn lacking_huge_pages(buffers_kib: u64) -> Option<String> {
    // The server has some more than its buffers.
    let wanted_kib = buffers_kib + buffers_kib / 10;
    let (free, page_kib) = machine::huge_pages()?;
    let wanted = wanted_kib.div_ceil(page_kib);
    (free < wanted).then(|| {
        format!(
            "PostgreSQL's memory is in small pages; for huge ones: sudo sysctl -w vm.nr_hugepages={wanted}"
        )
    })
}

/// PMH-IDs by place, in memory and as `bench fill` reads them.
fn draw_ids(folder: &Path, people: usize) -> Result<(Arc<[PmhId]>, PathBuf)> {
    let entropy = Entropy::new();
    let bytes: Vec<[u8; 16]> = (0..people).map(|_| entropy.bytes()).collect();
    let ids = folder.join("ids");
    std::fs::write(&ids, bytes.as_flattened()).with_context(|| ids.display().to_string())?;
    Ok((bytes.into_iter().map(PmhId::from_bytes).collect(), ids))
}

impl Compare<'_> {
    async fn measure(&self, fsync_us: f64) -> Result<Outcome> {
        let watch = Stopwatch::start();
        let stolen_before = machine::stolen();
        (self.say)(&self.cores.told());
        let before = PEOPLE_BEFORE.min(self.people.len().div_ceil(2));
        let sqlite = self.site(Kind::Sqlite, "asked").await?;
        let postgres = self.site(Kind::Postgres, "asked").await?;
        let sites = [&sqlite, &postgres];
        self.fill(sites, (0, before)).await?;
        let floor = Floor::start(self, &sqlite, before).await?;
        let mut small = Vec::new();
        for site in sites {
            small.push(self.ask_before(site, &floor, before).await?);
        }
        let filled = self.fill(sites, (before, self.people.len())).await?;
        let mut found = Vec::new();
        for ((site, small), filled) in sites.into_iter().zip(&small).zip(filled) {
            let asked = self.ask(site, &floor).await?;
            found.push(self.on_database(site, (small, asked), filled).await?);
        }
        let two_hubs = self.ask_two_hubs(&postgres).await?;
        let (generator_to_wrk, floor_per_second) = floor.under_both(self).await?;
        let floor_range = floor.stop().await?;
        for site in sites {
            self.forget(site).await?;
        }
        let environment = Environment {
            cpu: cpu_model(),
            cores: cores::count(),
            pinning: self.cores.told(),
            version: env!("CARGO_PKG_VERSION"),
            seconds: watch.elapsed_ms() / 1_000,
            stolen_seconds: machine::stolen()
                .zip(stolen_before)
                .map_or(0.0, |(now, before)| now.saturating_sub(before).as_secs_f64()),
        };
        let [sqlite, postgres]: [OnDatabase; 2] =
            found.try_into().map_err(|_| anyhow::anyhow!("both databases were asked"))?;
        Ok(Outcome {
            people: self.people.len(),
            floor_per_second,
            floor_range,
            fsync_us,
            growth: sqlite.growth.min(postgres.growth),
            visit_to_hub: sqlite.visit_to_hub.min(postgres.visit_to_hub),
            register: sqlite.register.worse_of(postgres.register),
            rss_anon_mb: sqlite.rss_anon_mb.max(postgres.rss_anon_mb),
            sqlite,
            postgres,
            generator_to_wrk,
            two_hubs,
            environment,
        })
    }

    async fn on_database(
        &self,
        site: &Site,
        (small, asked): (&Throughput, Asked),
        filled: Filled,
    ) -> Result<OnDatabase> {
        let register = self.register(site.kind).await?;
        let visit_to_hub = self.visit(site.kind).await?;
        let Asked { throughput, lone, half_rate } = asked;
        Ok(OnDatabase {
            per_second: throughput.per_second,
            to_floor: throughput.to_floor,
            cpu_us_per_query: throughput.cpu_us.hub + throughput.cpu_us.database,
            lone_p50_us: lone.hub,
            floor_lone_p50_us: lone.floor,
            half_rate_p99_ms: half_rate.hub / 1_000.0,
            disk_p99_ms: half_rate.disk / 1_000.0,
            disk_still_ms: half_rate.disk_still.map(|still| still.as_secs_f64() * 1e3),
            floor_half_rate_p99_ms: half_rate.floor / 1_000.0,
            cpu_us: throughput.cpu_us,
            cpu_seconds: throughput.cpu_seconds,
            growth: throughput.to_floor / small.to_floor,
            visit_to_hub,
            register,
            rss_anon_mb: throughput.rss_anon_mb,
            fill_seconds: filled.seconds,
            settings: durability::check(&filled.settings)?,
        })
    }

    /// A new world on this kind of database.
    async fn site(&self, kind: Kind, what: &str) -> Result<Site> {
        let url = match (kind, &self.cluster, &self.options.database) {
            (Kind::Sqlite, ..) => None,
            (Kind::Postgres, Some(cluster), _) => Some(cluster.url()),
            (Kind::Postgres, None, named) => named.clone(),
        };
        Site::make(&self.program, (kind, what), url).await
    }

    /// Both at once: one computes while the other one waits for its disk.
    async fn fill(&self, sites: [&Site; 2], (from, to): (usize, usize)) -> Result<[Filled; 2]> {
        (self.say)(&format!("writing people {from} to {to} into both databases"));
        let [sqlite, postgres] = sites.map(|site| {
            let mut told = 0;
            site.fill(&self.ids, (from, to), site::Rows::PerTransaction(BATCH), move |said| {
                let tenth = said["written"].as_u64().unwrap_or(0) * 10 / (to - from).max(1) as u64;
                if tenth > told && to - from > MANY {
                    told = tenth;
                    (self.say)(&format!("{}: {} %", site.kind.name(), tenth * 10));
                }
            })
        });
        let filled = tokio::try_join!(sqlite, postgres)?;
        if let Some(cluster) = &self.cluster {
            cluster.settle().await?;
        }
        // What the system writes back by and by would be written beside whoever is measured.
        rustix::fs::sync();
        if to - from > MANY {
            self.settle().await?;
        }
        Ok(filled.into())
    }

    async fn settle(&self) -> Result<()> {
        let watch = Stopwatch::start();
        let mut calm = 0;
        loop {
            let counts = Duration::from_millis(watch.elapsed_ms()) >= SETTLING_MIN;
            let folder = self.program.folder.clone();
            let longest = on_core(self.cores.generator, move || durability::flush(&folder, LOOK_SECONDS))
                .await??
                .longest;
            calm = if counts && longest < CALM_US { calm + 1 } else { 0 };
            let waited = Duration::from_millis(watch.elapsed_ms());
            let is_calm = calm >= CALM_LOOKS;
            if is_calm || waited >= SETTLING_MAX {
                let found = if is_calm { "is calm" } else { "still stands still now and then" };
                (self.say)(&format!("the disk {found} after {} s", waited.as_secs()));
                return Ok(());
            }
        }
    }

    async fn forget(&self, site: &Site) -> Result<()> {
        if self.options.database.is_some() && site.kind == Kind::Postgres {
            site.forget().await
        } else {
            Ok(())
        }
    }

    /// The server's first process, if it is ours.
    fn server(&self, kind: Kind) -> Option<u32> {
        self.cluster.as_ref().filter(|_| kind == Kind::Postgres).and_then(Cluster::process)
    }
}

fn cpu_model() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(String::new, |(_, name)| name.to_owned())
}

/// Of an odd number of figures the middle one.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
