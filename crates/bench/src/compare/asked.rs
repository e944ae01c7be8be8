//! Queries at the hub's eligibility door and at the floor, in turn.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};
use pmh_domain::PmhId;
use pmh_service::Pki;
use pmh_wire::{Door, Party, paths};

use super::cores::on_core;
use super::drive::{Asker, Driven, WARM_UP, drive};
use super::outcome::Cpu;
use super::process::{Call, Running, Who, cpu_of};
use super::site::{Site, text, words};
use super::{Compare, durability, median, still, wrk};
use crate::load::{Pace, Permission, Target};
use crate::machine;

const CONNECTIONS: usize = 128;
/// Of each kind of measurement.
const ROUNDS: usize = 5;
const WRK_SECONDS: u64 = 2;
const CLOSED_SECONDS: f64 = 3.0;
const LONE_SECONDS: f64 = 1.5;
const HALF_RATE_SECONDS: f64 = 4.0;
const HALF_RATE_ROUNDS: usize = 7;
/// The disk's turn, before that of the hub: a disk that nobody needed for some seconds may be slow at first.
const DISK_SECONDS: f64 = 2.0;
/// Before the first round. Statements are prepared then, and pages mapped: each process of PostgreSQL maps each page of
/// its memory when it first needs it, which with a million people is one for each query at first and one for five after
/// some ten seconds.
const WARM_SECONDS: f64 = 10.0;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Answers that the floor's size is taken from.
const SAMPLE: usize = 21;

/// The floor, and how it is asked.
pub(super) struct Floor {
    running: Running,
    open: SocketAddr,
    asker: Asker,
    /// What each look at it found.
    seen: Mutex<Vec<f64>>,
}

impl Floor {
    /// Answers as many bytes as the hub of this site usually does about its people, who are the first of all.
    pub(super) async fn start(compare: &Compare<'_>, site: &Site, people: usize) -> Result<Self> {
        let hub = site.serve(compare.cores.server, Party::Hub).await?;
        let bytes = usual_answer(&Asker::at_hub(site, &compare.people[..people].into())?, site).await;
        hub.stop().await?;
        let bytes = bytes?;
        (compare.say)(&format!("an answer with three certificates has {bytes} bytes"));
        let arguments =
            words(&["bench", "floor", "--pki", &text(&site.pki()), "--bytes", &bytes.to_string()]);
        let process = compare.program.start(compare.cores.server, "floor", &Call::of(arguments)).await?;
        let (running, said) = process.ready().await.context("the floor")?;
        let address =
            |name: &str| said[name].as_str().and_then(|text| text.parse().ok()).context("an address");
        let (checked, open) = (address("address")?, address("withoutCertificate")?);
        let pki = Pki::open(&site.pki())?;
        let own = pki.issue(&site.second_oqs())?;
        let config = own.client_config(pki.ca(), Party::Hub);
        let target = Target::tls(checked, config, &Permission::default())?;
        let asker = Asker::at_floor(target, &compare.people);
        Ok(Self { running, open, asker, seen: Mutex::default() })
    }

    /// Requests a second by `wrk`: what is left of it is the server's.
    async fn per_second(&self, compare: &Compare<'_>) -> Result<f64> {
        let folder = &compare.program.folder;
        let rate = wrk::run(compare.cores.generator, folder, self.open, (CONNECTIONS, WRK_SECONDS)).await?;
        self.seen().push(rate);
        Ok(rate)
    }

    /// No code that can panic runs under the lock.
    fn seen(&self) -> MutexGuard<'_, Vec<f64>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the generator reaches on it over what `wrk` does, and the latter.
    pub(super) async fn under_both(&self, compare: &Compare<'_>) -> Result<(f64, f64)> {
        (compare.say)("floor: wrk and the generator in turn");
        let core = compare.cores.generator;
        let (mut ratios, mut rates) = (Vec::new(), vec![self.per_second(compare).await?]);
        for _ in 0..ROUNDS {
            let ours = self.asker.closed(core, CONNECTIONS, LONE_SECONDS).await?.per_second;
            rates.push(self.per_second(compare).await?);
            ratios.push(ours / mean_of_last_two(&rates));
        }
        Ok((median(ratios), median(rates)))
    }

    /// Answers the least and the most of what all looks at it found.
    pub(super) async fn stop(self) -> Result<(f64, f64)> {
        self.running.stop().await?;
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let least = seen.iter().copied().fold(f64::INFINITY, f64::min);
        Ok((least, seen.into_iter().fold(0.0, f64::max)))
    }
}

/// How fast, and what it costs.
pub(super) struct Throughput {
    pub(super) per_second: f64,
    pub(super) to_floor: f64,
    pub(super) cpu_us: Cpu,
    pub(super) cpu_seconds: Cpu,
    pub(super) rss_anon_mb: f64,
}

/// Microseconds at the hub, and at the floor in the same rounds.
pub(super) struct Beside {
    pub(super) hub: f64,
    pub(super) floor: f64,
}

/// Of the same rounds: microseconds that one of a hundred waits, and the disk.
pub(super) struct HalfRate {
    pub(super) hub: f64,
    pub(super) floor: f64,
    /// Until the block under way is kept, for who comes at any moment.
    pub(super) disk: f64,
    /// For how long it stood still in the hub's rounds, where that can be seen.
    pub(super) disk_still: Option<Duration>,
}

pub(super) struct Asked {
    pub(super) throughput: Throughput,
    /// p50.
    pub(super) lone: Beside,
    /// p99, hub and floor at half of what the hub can.
    pub(super) half_rate: HalfRate,
}

/// A hub that runs, and how it is asked.
struct Open<'a> {
    compare: &'a Compare<'a>,
    site: &'a Site,
    floor: &'a Floor,
    hub: Running,
    asker: Asker,
}

impl Compare<'_> {
    /// The first people alone, before there were more.
    pub(super) async fn ask_before(&self, site: &Site, floor: &Floor, people: usize) -> Result<Throughput> {
        (self.say)(&format!("{}: {people} people", site.kind.name()));
        let open = self.open(site, floor, &self.people[..people].into()).await?;
        let throughput = open.throughput().await?;
        open.hub.stop().await?;
        Ok(throughput)
    }

    /// Everybody.
    pub(super) async fn ask(&self, site: &Site, floor: &Floor) -> Result<Asked> {
        (self.say)(&format!("{}: {} people", site.kind.name(), self.people.len()));
        let open = self.open(site, floor, &self.people).await?;
        let throughput = open.throughput().await?;
        (self.say)(&format!("{}: {:.0} queries a second", site.kind.name(), throughput.per_second));
        let lone = open.lone().await?;
        let half_rate = open.half_rate(throughput.per_second / 2.0).await?;
        open.soak().await?;
        open.hub.stop().await?;
        Ok(Asked { throughput, lone, half_rate })
    }

    async fn open<'a>(&'a self, site: &'a Site, floor: &'a Floor, people: &Arc<[PmhId]>) -> Result<Open<'a>> {
        let hub = site.serve(self.cores.server, Party::Hub).await?;
        let asker = Asker::at_hub(site, people)?;
        site.read_through().await?;
        asker.closed(self.cores.generator, CONNECTIONS, WARM_SECONDS).await?;
        Ok(Open { compare: self, site, floor, hub, asker })
    }

    /// Two hubs on one database, both on the core that one has else: what sharing costs, not what a core brings.
    pub(super) async fn ask_two_hubs(&self, site: &Site) -> Result<f64> {
        (self.say)("two hubs on one PostgreSQL");
        let twin = site.twin()?;
        let core = self.cores.server;
        let (one, other) = (site.serve(core, Party::Hub).await?, twin.serve(core, Party::Hub).await?);
        let askers = [Asker::at_hub(site, &self.people)?, Asker::at_hub(&twin, &self.people)?];
        let mut ratios = Vec::new();
        askers[0].closed(self.cores.generator, CONNECTIONS, WARM_SECONDS).await?;
        for _ in 0..ROUNDS {
            let alone = askers[0].closed(self.cores.generator, CONNECTIONS, LONE_SECONDS).await?;
            let lanes = vec![
                askers[0].lane("one", Pace::Closed, CONNECTIONS / 2).await?,
                askers[1].lane("other", Pace::Closed, CONNECTIONS / 2).await?,
            ];
            let both = drive(self.cores.generator, lanes, (WARM_UP, LONE_SECONDS)).await?;
            ratios.push(both.per_second / alone.per_second);
        }
        one.stop().await?;
        other.stop().await?;
        Ok(median(ratios))
    }
}

impl Open<'_> {
    /// As many queries as there can be, between two looks at the floor.
    async fn throughput(&self) -> Result<Throughput> {
        let mut floors = vec![self.floor.per_second(self.compare).await?];
        let (mut rates, mut ratios, mut spent, mut rss) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for _ in 0..ROUNDS {
            self.site.read_through().await?;
            let before = (self.hub.cpu()?, self.database_cpu()?);
            let closed = self.asker.closed(self.compare.cores.generator, CONNECTIONS, CLOSED_SECONDS);
            let driven = self.watched(closed, &mut rss).await?;
            let seconds = Cpu {
                hub: self.hub.cpu()?.saturating_sub(before.0).as_secs_f64(),
                database: self.database_cpu()?.saturating_sub(before.1).as_secs_f64(),
                generator: driven.cpu.as_secs_f64(),
            };
            spent.push((seconds, driven.queries));
            floors.push(self.floor.per_second(self.compare).await?);
            rates.push(driven.per_second);
            ratios.push(driven.per_second / mean_of_last_two(&floors));
        }
        let of = |one: &dyn Fn(&(Cpu, f64)) -> f64| median(spent.iter().map(one).collect());
        Ok(Throughput {
            per_second: median(rates),
            to_floor: median(ratios),
            cpu_us: Cpu {
                hub: of(&|(cpu, queries)| cpu.hub * 1e6 / queries),
                database: of(&|(cpu, queries)| cpu.database * 1e6 / queries),
                generator: of(&|(cpu, queries)| cpu.generator * 1e6 / queries),
            },
            cpu_seconds: Cpu {
                hub: of(&|(cpu, _)| cpu.hub),
                database: of(&|(cpu, _)| cpu.database),
                generator: of(&|(cpu, _)| cpu.generator),
            },
            rss_anon_mb: megabytes(rss),
        })
    }

    async fn lone(&self) -> Result<Beside> {
        let core = self.compare.cores.generator;
        let (mut hub, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            self.site.read_through().await?;
            floor.push(self.floor.asker.closed(core, 1, LONE_SECONDS).await?.p50_us);
            hub.push(self.asker.closed(core, 1, LONE_SECONDS).await?.p50_us);
        }
        Ok(Beside { hub: median(hub), floor: median(floor) })
    }

    /// Each second is told too: what the machine takes now and then spoils one of them, and the round.
    async fn half_rate(&self, rate: f64) -> Result<HalfRate> {
        let core = self.compare.cores.generator;
        let load = (rate, HALF_RATE_SECONDS);
        let mut rounds = Vec::new();
        for _ in 0..HALF_RATE_ROUNDS {
            self.site.read_through().await?;
            let floor = self.floor.asker.open(core, CONNECTIONS, load).await?;
            let folder = self.compare.program.folder.clone();
            let disk = on_core(core, move || durability::flush(&folder, DISK_SECONDS)).await??;
            let disk = disk.any_moment_p99;
            let stolen = machine::stolen().unwrap_or_default();
            let asking = self.asker.open(core, CONNECTIONS, load);
            let (hub, disk_still) = still::meanwhile(&self.compare.program.folder, asking).await;
            let hub = hub?;
            let stolen = machine::stolen().unwrap_or_default().saturating_sub(stolen);
            (self.compare.say)(&format!(
                "{}: at half rate hub {} ms, floor {}, disk {}; meanwhile {} ms of a core stolen and the disk still for {}",
                self.site.kind.name(),
                by_second(&hub),
                by_second(&floor),
                milliseconds(disk),
                stolen.as_millis(),
                disk_still.map_or_else(
                    || "a time that is not seen".to_owned(),
                    |still| format!("{} ms", still.as_millis())
                )
            ));
            rounds.push(HalfRate { hub: hub.p99_us, floor: floor.p99_us, disk, disk_still });
        }
        let of = |one: fn(&HalfRate) -> f64| median(rounds.iter().map(one).collect());
        Ok(HalfRate {
            hub: of(|one| one.hub),
            floor: of(|one| one.floor),
            disk: of(|one| one.disk),
            disk_still: rounds.iter().map(|one| one.disk_still).sum(),
        })
    }

    /// Whether memory stays flat, minute by minute.
    async fn soak(&self) -> Result<()> {
        let core = self.compare.cores.generator;
        for minute in 1..=self.compare.options.soak_minutes {
            let mut rss = 0;
            let driven = self.watched(self.asker.closed(core, CONNECTIONS, 60.0), &mut rss).await?;
            let (name, rate, mb) = (self.site.kind.name(), driven.per_second, megabytes(rss));
            (self.compare.say)(&format!("{name}, minute {minute}: {rate:.0} a second, RssAnon {mb:.1} MB"));
        }
        Ok(())
    }

    /// Keeps the most memory of its own that the hub had meanwhile.
    async fn watched<T>(&self, work: impl Future<Output = Result<T>>, most: &mut u64) -> Result<T> {
        let mut work = std::pin::pin!(work);
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = looks.tick() => *most = (*most).max(self.hub.rss_anon()?),
            }
        }
    }

    fn database_cpu(&self) -> Result<Duration> {
        self.compare.server(self.site.kind).map_or(Ok(Duration::ZERO), |id| cpu_of(id, Who::WithChildren))
    }
}

/// Bytes of the middle one of some answers.
async fn usual_answer(asker: &Asker, site: &Site) -> Result<usize> {
    let hub = site.doors()?.client(&site.second_oqs(), Door::HubEligibility)?;
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let mut lane = asker.lane("sample", Pace::Closed, 1).await?;
    let mut sizes = Vec::new();
    for _ in 0..SAMPLE {
        let mut request = Vec::new();
        lane.workload.write_next(&mut request);
        let body =
            request.windows(4).position(|four| four == b"\r\n\r\n").map(|at| request.split_off(at + 4));
        let body = body.context("a request has a body")?;
        let (status, _, answer) =
            hub.send(Method::POST, paths::QUERIES, headers.clone(), body.into()).await?;
        ensure!(
            status.is_success() && lane.workload.accepts(&answer),
            "the hub answers {status} without records"
        );
        sizes.push(answer.len());
    }
    sizes.sort_unstable();
    Ok(sizes[SAMPLE / 2])
}

fn mean_of_last_two(figures: &[f64]) -> f64 {
    let last = &figures[figures.len().saturating_sub(2)..];
    last.iter().sum::<f64>() / super::drive::real(last.len() as u64)
}

/// p99 of a round, and of each of its seconds.
fn by_second(round: &Driven) -> String {
    let seconds: Vec<_> = round.p99_of_seconds_us.iter().map(|us| milliseconds(*us)).collect();
    format!("{} ({})", milliseconds(round.p99_us), seconds.join(" "))
}

fn milliseconds(us: f64) -> String {
    format!("{:.1}", us / 1_000.0)
}

fn megabytes(bytes: u64) -> f64 {
    super::drive::real(bytes) / 1e6
}
