//! How fast a municipality's file becomes people who are numbered.
//!
//!     cargo bench -p pmh-sim --bench registering [-- --people 20000 --rows-a-person 3 --database postgres://…]
//!
//! All parties in this process, everybody enrolled beforehand with insurers, OQS and portal, so that what follows
//! numbering runs beside it. Printed are rows per second from the first byte of the submission until it is
//! acknowledged, until every row is applied, and until every person is numbered; how long another writer of the hub's
//! database waits for its turn meanwhile; and the CPU time of the process. Then the same sealed rows go into empty
//! tables of the hub as one bulk insert, in batches of the same sizes and under the same settings: the last line is
//! the ratio to that.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use pmh_domain::Stopwatch;
use pmh_municipality::RegistrationClient;
use pmh_service::PlainClient;
use pmh_simulator::generate::{Plan, Resident, Residents};
use pmh_simulator::numbers::CheckDigits;
use pmh_simulator::topology::{Options, Topology, peer_client};
use pmh_store::Database;
use pmh_wire::{Door, Enrol, Party, PeerName, Received, SubjectRecord, Task, paths};
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

mod bulk;

const OSAKA: &str = "271004";
/// The role that registers.
const DESK: &str = "desk";
/// People of one enrolment.
const ENROLLED_AT_ONCE: usize = 2_000;
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long registering may take.
const PATIENCE_MS: u64 = 1_800_000;

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 20_000)]
    people: u64,
    /// Certificates of each.
    #[arg(long, default_value_t = 3)]
    rows_a_person: u64,
    /// `postgres://…` instead of SQLite.
    #[arg(long)]
    database: Option<String>,
    /// What `cargo bench` hands to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    ensure!(arguments.people > 0 && arguments.rows_a_person > 0, "nobody registers nothing");
    let folder = tempfile::tempdir()?;
    let options = Options {
        port: 0,
        database: arguments.database.clone(),
        register_seed: false,
        ..Options::at(&folder.path().join("world"))
    };
    let topology = Topology::start(options.clone()).await?;
    let hub = hub_database(&options, &topology.world().name)?;
    let registered = register(&topology, &hub, &arguments).await;
    topology.stop(Duration::from_secs(30)).await;
    let compared = match registered {
        Ok(end_to_end) => compare(&hub, folder.path(), end_to_end).await,
        Err(error) => Err(error),
    };
    Topology::remove(&options).await?;
    compared
}

/// Rows per second from the first byte until everybody is numbered.
async fn register(topology: &Topology, hub: &Database, arguments: &Arguments) -> Result<f64> {
    let (people, rows) = (arguments.people, arguments.people * arguments.rows_a_person);
    let plan = Plan {
        municipality: OSAKA.parse()?,
        size: people,
        seed: 7,
        check_digits: CheckDigits::Wrong,
    };
    let residents: Vec<Resident> = Residents::of(&plan)?.collect();
    enrol(topology, &residents).await?;
    let records = serde_json::to_vec(&records(residents, arguments.rows_a_person))?;

    let peer = PeerName { party: Party::Municipality, name: OSAKA.to_owned() };
    let door = peer_client(topology.world(), topology.data(), &peer, Party::Hub)?;
    let client = RegistrationClient::new(door, OSAKA.parse()?);
    let waits = Waits::measure(hub).await?;
    let (cpu, watch) = (cpu_ms()?, Stopwatch::start());
    let task = client.submit_json(records.into(), None).await?;
    let accepted = watch.elapsed_ms();
    let (applied, then) = until(&client, &task, &watch, |task| task.done() == task.received).await?;
    let (numbered, last) = until(&client, &task, &watch, |task| task.status.is_final()).await?;
    let cpu = cpu_ms()? - cpu;
    ensure!(last.numbered == people && last.registered == rows, "{last:?}");

    println!("{people} people, {rows} rows");
    for (what, ms) in [("accepted", accepted), ("applied", applied), ("numbered", numbered)] {
        println!("{what:<10}{:>8.0} rows/s    {ms} ms", per_second(rows, ms));
    }
    let left = people - then.numbered;
    let tail = per_second(left, numbered - applied);
    println!("numbering {:>8.0} people/s, the last {left} at {tail:.0}", per_second(people, numbered));
    println!("CPU       {:>8.1} µs a row", per_second(cpu, rows));
    waits.end().await?;
    Ok(per_second(rows, numbered))
}

/// Everybody's first certificate and as many more, under history keys of their own.
fn records(residents: Vec<Resident>, rows_a_person: u64) -> Vec<SubjectRecord> {
    let several = residents.into_iter().flat_map(|resident| {
        (0..rows_a_person).map(move |at| {
            let mut record = resident.record.clone();
            record.history_key = format!("{}-{at}", record.history_key);
            record
        })
    });
    several.collect()
}

async fn enrol(topology: &Topology, residents: &[Resident]) -> Result<()> {
    let people: Vec<_> = residents.iter().map(|one| one.person.at_intermediate()).collect();
    enrol_at(topology, Door::IntermediateAdmin, people).await?;
    let cards: Vec<_> = residents.iter().map(|one| one.person.at_eligibility()).collect();
    enrol_at(topology, Door::EligibilityAdmin, cards).await?;
    let accounts: Vec<_> = residents.iter().map(|one| one.person.at_portal()).collect();
    enrol_at(topology, Door::PortalAdmin, accounts).await
}

async fn enrol_at<P: Serialize + Clone>(topology: &Topology, door: Door, people: Vec<P>) -> Result<()> {
    let party = PlainClient::new(topology.world().address(door)?);
    for some in people.chunks(ENROLLED_AT_ONCE) {
        let _: Received = party.post(paths::ADMIN_PEOPLE, &Enrol { people: some.to_vec() }).await?;
    }
    Ok(())
}

/// When the task was so for the first time, and the task.
async fn until(
    client: &RegistrationClient,
    task: &Task,
    watch: &Stopwatch,
    is_so: impl Fn(&Task) -> bool,
) -> Result<(u64, Task)> {
    while watch.elapsed_ms() < PATIENCE_MS {
        let now = client.task(&task.task_id).await?;
        if is_so(&now) {
            return Ok((watch.elapsed_ms(), now));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bail!("a task does not end");
}

/// How long another writer waits for its turn at the hub's database. On PostgreSQL nobody does.
struct Waits {
    over: CancellationToken,
    measuring: JoinHandle<Result<Vec<u64>>>,
}

impl Waits {
    async fn measure(database: &Database) -> Result<Self> {
        let store = pmh_hub::SCHEMA.open(database, DESK, 1).await?;
        let over = CancellationToken::new();
        let until = over.clone();
        let measuring = tokio::spawn(async move {
            let mut waits = Vec::new();
            while !until.is_cancelled() {
                let watch = Stopwatch::start();
                drop(store.write().await?);
                waits.push(watch.elapsed_us());
                tokio::time::sleep(LOOK_EVERY).await;
            }
            store.close().await;
            Ok(waits)
        });
        Ok(Self { over, measuring })
    }

    async fn end(self) -> Result<()> {
        self.over.cancel();
        let mut waits = self.measuring.await??;
        waits.sort_unstable();
        let at = |percent: usize| waits.get((waits.len().max(1) - 1) * percent / 100).copied().unwrap_or(0);
        println!("another writer waits p50 {} µs, p99 {} µs, max {} µs", at(50), at(99), at(100));
        Ok(())
    }
}

fn hub_database(options: &Options, world: &str) -> Result<Database> {
    let text = options.database.clone().unwrap_or_else(|| options.data.display().to_string());
    Ok(Database::parse(&text, world)?)
}

/// The same rows into empty tables.
async fn compare(hub: &Database, folder: &Path, end_to_end: f64) -> Result<()> {
    let empty = match hub {
        Database::Sqlite { .. } => Database::Sqlite { folder: folder.join("bulk") },
        Database::Postgres { url, world } => {
            Database::Postgres { url: url.clone(), world: format!("{world}_b") }
        }
    };
    let inserted = bulk::insert(hub, &empty).await;
    pmh_hub::SCHEMA.remove(&empty).await?;
    let (rows, ms) = inserted?;
    let bulk = per_second(rows, ms);
    println!("bulk      {bulk:>8.0} rows/s    {ms} ms");
    println!("ratio     {:>8.3}", end_to_end / bulk);
    Ok(())
}

/// User and system time of this process, which counts in hundredths.
fn cpu_ms() -> Result<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().context("a name in parentheses")?;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<Result<u64, _>>()? * 10)
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds far below 2^52")]
fn per_second(count: u64, ms: u64) -> f64 {
    count as f64 * 1_000.0 / ms.max(1) as f64
}
