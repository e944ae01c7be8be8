//! What queries notice while the keys change under them.
//!
//!     cargo bench -p pmh-sim --bench resealing [-- --people 10000 --rate 500 --database postgres://…]
//!
//! At the hub's eligibility door, under the OQS's certificate, over a registered population. Every answer is compared
//! with the one from before. First as many queries as the hub answers, before, while every ring of Osaka and of the
//! hub itself is sealed anew, and after: printed as ratios to before, in one run, since machines are shared. Then a
//! second rotation under queries that come at a fixed rate whether or not the earlier ones are answered, until the
//! older versions are destroyed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Parser;
use pmh_crypto::EpochKey;
use pmh_domain::{PmhId, Stopwatch, VirtualClock};
use pmh_service::{PeerClient, PlainClient};
use pmh_simulator::generate::{Plan, Residents};
use pmh_simulator::numbers::CheckDigits;
use pmh_simulator::topology::{Options, Topology};
use pmh_wire::{
    Door, EligibilityAnswer, KeyArea, KeyCommand, KeyList, KeyName, KeyStanding, SubjectRecord, Subsidy,
    paths,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use asking::OSAKA;

mod asking;

const RINGS: [(&str, KeyArea); 3] =
    [(OSAKA, KeyArea::Identity), (OSAKA, KeyArea::Subsidy), ("hub", KeyArea::Subsidy)];
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long anything that is waited for may take.
const PATIENCE_MS: u64 = 600_000;

#[derive(Parser, Clone)]
struct Arguments {
    #[arg(long, default_value_t = 10_000)]
    people: u64,
    /// Queries at once, where as many as possible are asked.
    #[arg(long, default_value_t = 16)]
    workers: usize,
    /// Seconds of the readings before and after.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Queries per second of the second part.
    #[arg(long, default_value_t = 500)]
    rate: u64,
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
    let folder = tempfile::tempdir()?;
    let options = Options {
        port: 0,
        database: arguments.database.clone(),
        register_seed: false,
        auto_enrol: true,
        compare_five_items: false,
        ..Options::at(&folder.path().join("world"))
    };
    let topology = Topology::start(options.clone()).await?;
    let measured = measure(&topology, &arguments).await;
    topology.stop(Duration::from_secs(10)).await;
    Topology::remove(&options).await?;
    measured
}

async fn measure(topology: &Topology, arguments: &Arguments) -> Result<()> {
    let asked = Arc::new(Asked::prepare(topology, arguments).await?);
    let keys = Keys(PlainClient::new(topology.world().address(Door::HubAdmin)?));

    let before = asked.at_full_load(arguments.workers, sleep_seconds(arguments.seconds)).await?;
    let (rows, resealed) = (keys.rows().await?, Stopwatch::start());
    keys.rotate().await?;
    let during = asked.at_full_load(arguments.workers, keys.until_resealed()).await?;
    let resealed_ms = resealed.elapsed_ms();
    keys.end_older().await?;
    let after = asked.at_full_load(arguments.workers, sleep_seconds(arguments.seconds)).await?;
    println!("{rows} rows sealed anew in {resealed_ms} ms, all answers right");
    for (name, rate) in [("before", before), ("during", during), ("after", after)] {
        println!("{name:<7} {rate:>7.0} queries/s  ratio {:.2}", rate / before);
    }

    let at_rate = asked.at_rate(arguments.rate, async {
        keys.rotate().await?;
        keys.until_resealed().await?;
        keys.end_older().await
    });
    println!("rotated, sealed anew and destroyed under {} queries/s: {}", arguments.rate, at_rate.await?);
    Ok(())
}

async fn sleep_seconds(seconds: u64) -> Result<()> {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    Ok(())
}

/// The hub's admin door.
struct Keys(PlainClient);

impl Keys {
    async fn list(&self) -> Result<KeyList> {
        Ok(self.0.get(paths::ADMIN_KEYS).await?)
    }

    async fn send(&self, command: &KeyCommand) -> Result<()> {
        let _: KeyList = self.0.post(paths::ADMIN_KEYS, command).await?;
        Ok(())
    }

    async fn rotate(&self) -> Result<()> {
        for (partition, area) in RINGS {
            self.send(&KeyCommand::Rotate { partition: partition.to_owned(), area }).await?;
        }
        Ok(())
    }

    async fn rows(&self) -> Result<u64> {
        let list = self.list().await?;
        let of_rings =
            list.partitions.iter().filter(|one| RINGS.iter().any(|(ring, _)| *ring == one.partition));
        Ok(of_rings.flat_map(|one| &one.keys).map(|key| key.rows_left).sum())
    }

    async fn until_resealed(&self) -> Result<()> {
        let watch = Stopwatch::start();
        loop {
            let list = self.list().await?;
            let keys = || list.partitions.iter().flat_map(|one| &one.keys);
            if keys().all(|key| key.standing == KeyStanding::Primary || is_over(key.standing, key.rows_left))
            {
                return Ok(());
            }
            ensure!(watch.elapsed_ms() < PATIENCE_MS, "rows are left: {list:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Every version but the primary ones is disabled and destroyed.
    async fn end_older(&self) -> Result<()> {
        let watch = Stopwatch::start();
        loop {
            let list = self.list().await?;
            let older = list.partitions.iter().flat_map(|one| one.keys.iter().map(move |key| (one, key)));
            let older: Vec<_> = older
                .filter(|(_, key)| matches!(key.standing, KeyStanding::Retiring | KeyStanding::Disabled))
                .collect();
            if older.is_empty() {
                return Ok(());
            }
            for (of, key) in older {
                let name = KeyName { partition: of.partition.clone(), area: key.area, version: key.version };
                let command = match key.standing {
                    KeyStanding::Retiring => KeyCommand::Disable(name),
                    _ => KeyCommand::Destroy(name),
                };
                // Refused as long as a process has not loaded the last change.
                self.send(&command).await.ok();
            }
            ensure!(watch.elapsed_ms() < PATIENCE_MS, "a version does not end: {list:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn is_over(standing: KeyStanding, rows_left: u64) -> bool {
    standing != KeyStanding::Added && rows_left == 0
}

/// Who is asked for, and what must be answered.
struct Asked {
    hub: PeerClient,
    epoch: EpochKey,
    clock: VirtualClock,
    people: Vec<(PmhId, Vec<Subsidy>)>,
}

impl Asked {
    async fn prepare(topology: &Topology, arguments: &Arguments) -> Result<Self> {
        let plan = Plan {
            municipality: OSAKA.parse()?,
            size: arguments.people,
            seed: 7,
            check_digits: CheckDigits::Wrong,
        };
        let records: Vec<SubjectRecord> = Residents::of(&plan)?.map(|resident| resident.record).collect();
        asking::register(topology, &records).await?;
        let hub = asking::hub(topology)?;
        let mut asked =
            Self { epoch: asking::agree(&hub).await?, hub, clock: topology.clock(), people: Vec::new() };
        for id in asking::number(topology, &records).await? {
            let shown = asked.until_shown(&id).await?;
            asked.people.push((id, shown));
        }
        Ok(asked)
    }

    /// The hub numbers people a while after their records were taken.
    async fn until_shown(&self, person: &PmhId) -> Result<Vec<Subsidy>> {
        let watch = Stopwatch::start();
        loop {
            let shown = self.ask(person).await?;
            if !shown.is_empty() {
                return Ok(shown);
            }
            ensure!(watch.elapsed_ms() < PATIENCE_MS, "somebody is not numbered");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn ask(&self, person: &PmhId) -> Result<Vec<Subsidy>> {
        let query = asking::query(&self.epoch, person, self.clock.now_ms())?;
        let answer: EligibilityAnswer = self.hub.post(paths::QUERIES, &query).await?;
        Ok(answer.subsidies)
    }

    async fn check(&self, at: u64) -> Result<()> {
        let (person, expected) = &self.people[usize::try_from(at)? % self.people.len()];
        ensure!(self.ask(person).await? == *expected, "a wrong answer");
        Ok(())
    }

    /// Queries per second, until `end` has ended. A query that fails ends it all.
    async fn at_full_load(
        self: &Arc<Self>,
        workers: usize,
        end: impl Future<Output = Result<()>>,
    ) -> Result<f64> {
        let (over, next) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
        let watch = Stopwatch::start();
        let mut asking = JoinSet::new();
        for _ in 0..workers {
            let (asked, over, next) = (Arc::clone(self), over.clone(), Arc::clone(&next));
            asking.spawn(async move {
                while !over.is_cancelled() {
                    asked.check(next.fetch_add(1, Ordering::Relaxed)).await?;
                }
                anyhow::Ok(())
            });
        }
        end.await?;
        over.cancel();
        while let Some(ended) = asking.join_next().await {
            ended??;
        }
        Ok(per_second(next.load(Ordering::Relaxed), watch.elapsed_ms()))
    }

    async fn at_rate(self: &Arc<Self>, rate: u64, end: impl Future<Output = Result<()>>) -> Result<String> {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / u32::try_from(rate)?);
        let mut asking: JoinSet<Result<u64>> = JoinSet::new();
        let (mut sent, mut end) = (0, std::pin::pin!(end));
        loop {
            tokio::select! {
                ended = &mut end => { ended?; break; }
                due = ticks.tick() => {
                    let asked = Arc::clone(self);
                    asking.spawn(async move {
                        asked.check(sent).await?;
                        Ok(u64::try_from(due.elapsed().as_micros())?)
                    });
                    sent += 1;
                }
            }
        }
        let (mut took, mut failed) = (Vec::new(), 0);
        while let Some(ended) = asking.join_next().await {
            match ended? {
                Ok(us) => took.push(us),
                Err(error) => {
                    eprintln!("{error:#}");
                    failed += 1;
                }
            }
        }
        took.sort_unstable();
        let at = |percent: usize| took.get((took.len().max(1) - 1) * percent / 100).copied().unwrap_or(0);
        if failed > 0 {
            bail!("{failed} of {sent} queries failed or were answered wrongly");
        }
        Ok(format!(
            "{sent} asked, 0 failed or wrong, p50 {} µs, p99 {} µs from when each was due",
            at(50),
            at(99)
        ))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of queries far below 2^52")]
fn per_second(queries: u64, ms: u64) -> f64 {
    queries as f64 * 1_000.0 / ms.max(1) as f64
}
