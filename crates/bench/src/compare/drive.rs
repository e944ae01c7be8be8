//! One run of the load generator on its core.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use pmh_crypto::{Entropy, EpochId, EpochKey};
use pmh_domain::{Clock, ClockState, InstitutionCode, PmhId, Strictness, SystemClock, VirtualClock};
use pmh_service::PeerClient;
use pmh_wire::Door;

use super::cores;
use super::site::Site;
use crate::load::{self, Curve, Lane, Load, Measured, Pace, Target};
use crate::prepare::agree;
use crate::workload::Eligibility;

/// Under whose certificate visits come.
pub(super) const HOSPITAL: &str = "2719910016";
/// So long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections are made and caches are warm after it.
pub(super) const WARM_UP: Duration = Duration::from_millis(500);
/// The same where one latency in a hundred counts: a hub that was idle while others had their turns may be slow at first.
const LONG_WARM_UP: Duration = Duration::from_millis(2_500);

/// What came out, everything answered as it must be.
#[derive(Clone, Debug)]
pub(super) struct Driven {
    pub(super) per_second: f64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    /// The same of what ended in each second; 0 where nothing did.
    pub(super) p99_of_seconds_us: Vec<f64>,
    /// Of the generator's thread, warm-up and all.
    pub(super) cpu: Duration,
    /// Of warm-up and measured time together, at the measured rate.
    pub(super) queries: f64,
}

/// Runs lanes of load. A failed or unsent request is an error: its rate would be of something else.
pub(super) async fn drive(
    core: Option<usize>,
    lanes: Vec<Lane>,
    (warm_up, seconds): (Duration, f64),
) -> Result<Driven> {
    let measured = Duration::from_secs_f64(seconds);
    let load = Load { lanes, warm_up, measured, patience: PATIENCE };
    let (found, cpu) = cores::drive(core, move || load::run(load, |_| {})).await?;
    let found = found?;
    check(&found)?;
    let per_second = real(found.corrected.count()) / seconds;
    Ok(Driven {
        per_second,
        p50_us: real(found.corrected.quantile_us(0.5)),
        p99_us: real(found.corrected.quantile_us(0.99)),
        p99_of_seconds_us: found.seconds_shown.iter().map(|second| real(second.p99_us)).collect(),
        cpu,
        queries: per_second * (measured + warm_up).as_secs_f64(),
    })
}

fn check(found: &Measured) -> Result<()> {
    if let Some(failed) = found.outcomes.iter().find(|outcome| !outcome.succeeded) {
        bail!("{} requests ended with: {}", failed.count, failed.name);
    }
    ensure!(found.unsent == 0, "{} requests were not sent in time", found.unsent);
    ensure!(found.corrected.count() > 0, "nothing was answered");
    Ok(())
}

/// Who is asked for people, under a fresh key each time.
pub(super) struct Asker {
    pub(super) target: Target,
    client: Option<PeerClient>,
    people: Arc<[PmhId]>,
}

impl Asker {
    /// At the hub of a site.
    pub(super) fn at_hub(site: &Site, people: &Arc<[PmhId]>) -> Result<Self> {
        let doors = site.doors()?;
        let own = site.second_oqs();
        let target = doors.target(&own, Door::HubEligibility)?;
        let client = Some(doors.client(&own, Door::HubEligibility)?);
        Ok(Self { target, client, people: Arc::clone(people) })
    }

    /// At the floor, which reads no question: the generator's work is the same.
    pub(super) fn at_floor(target: Target, people: &Arc<[PmhId]>) -> Self {
        Self { target, client: None, people: Arc::clone(people) }
    }

    /// With an epoch of its own.
    pub(super) async fn lane(&self, name: &'static str, pace: Pace, connections: usize) -> Result<Lane> {
        let (epoch, clock) = match &self.client {
            Some(hub) => agree(hub).await?,
            None => nobodys_epoch()?,
        };
        let institution = InstitutionCode::parse(HOSPITAL, Strictness::Strict)?;
        let people = Arc::clone(&self.people);
        let workload = Eligibility::new(self.target.address(), epoch, clock, people, institution);
        Ok(Lane::new(name, &self.target, pace, connections, Box::new(workload)))
    }

    /// As many as are answered.
    pub(super) async fn closed(
        &self,
        core: Option<usize>,
        connections: usize,
        seconds: f64,
    ) -> Result<Driven> {
        let lane = self.lane("eligibility", Pace::Closed, connections).await?;
        drive(core, vec![lane], (WARM_UP, seconds)).await
    }

    /// So many a second, each counted from when it was due.
    pub(super) async fn open(
        &self,
        core: Option<usize>,
        connections: usize,
        (rate, seconds): (f64, f64),
    ) -> Result<Driven> {
        let pace = Pace::Open(Curve::constant(rate)?);
        let lane = self.lane("eligibility", pace, connections).await?;
        drive(core, vec![lane], (LONG_WARM_UP, seconds)).await
    }
}

fn nobodys_epoch() -> Result<(EpochKey, VirtualClock)> {
    let real_ms = SystemClock.now_ms();
    let key = EpochKey::from_bytes(EpochId(1), &Entropy::new().bytes::<32>())?;
    Ok((key, VirtualClock::from_state(ClockState { virtual_ms: real_ms, real_ms, frozen: false })))
}

#[expect(clippy::cast_precision_loss, reason = "counts and microseconds of seconds are far below 2^52")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}
