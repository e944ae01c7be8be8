//! `bench`: loads a hub and tells how it bore it.

mod compare;
mod failures;
mod ground;
mod lanes;
mod live;
mod options;
mod registering;
mod tools;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use pmh_bench::find_max::{Tried, find_max};
use pmh_bench::load::{Load, Pace, run_on_own_thread};
use pmh_bench::report::{Model, Report};
use pmh_domain::{Clock, SystemClock, rfc3339_japan};

use self::ground::Ground;
use self::lanes::{Asked, Kind};
use self::live::Live;
use self::options::{Run, Way};
use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim bench eligibility
  pmh-sim bench eligibility --rate 500 --seconds 30 --expect 'p99<20ms' --expect 'errors=0' --html report.html
  pmh-sim bench eligibility --find-max 'p99<20ms'
  pmh-sim bench eligibility --database postgres://postgres@localhost/postgres --people 100000
  pmh-sim bench visit --connections 32 --json
  pmh-sim bench citizen --rate 200 --baseline before.json
  pmh-sim bench register --people 20000
  pmh-sim bench mixed --rate 300 --seconds 60
  pmh-sim bench eligibility --data ./pmh-sim-data
  pmh-sim bench compare --people 1000000

Without --data a world of its own is made in a temporary folder, and removed. With --data the people of the run are
registered in that world and stay there. Only loopback is loaded, unless --i-may-load-this-host names the host.

With --rate or --curve requests become due at their own time, and latency counts from then (open model); without,
each connection asks again when it is answered (closed model). What could not be sent in time is counted as unsent.
Exits with 1 if an expectation was missed.")]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Queries at the hub, a fresh linkage key for each, as the OQS. 資格照会。一件ごとに連携キーを作ります。
    Eligibility(Run),
    /// Patients with cards: institution, OQS, hub and back. 受付での資格確認（医療機関→OQS→ハブ）。
    Visit(Run),
    /// Citizens who read their own records, as the portal. 本人による閲覧（マイナポータル→ハブ）。
    Citizen(Run),
    /// Rows from a municipality until everybody is numbered. 自治体からの登録（採番完了まで）。
    Register(registering::Register),
    /// A morning at the counters: rates rise and fall. 窓口の午前。時間帯で増減します。
    Mixed(Run),
    /// Both databases against a floor of the same stack. 両データベースのハブを、何もしない同種のサーバーと比べます。
    Compare(compare::Compare),
    #[command(hide = true)]
    Crowd(tools::WriteCrowd),
    #[command(hide = true)]
    Fill(tools::Fill),
    #[command(hide = true)]
    Floor(tools::Floor),
    #[command(hide = true)]
    Forget(tools::Forget),
}

impl Bench {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self.what {
            What::Eligibility(run) => load(run, Kind::Eligibility, output).await,
            What::Visit(run) => load(run, Kind::Visit, output).await,
            What::Citizen(run) => load(run, Kind::Citizen, output).await,
            What::Mixed(run) => load(run, Kind::Mixed, output).await,
            What::Register(register) => register.run(output).await,
            What::Compare(compare) => compare.run(output).await,
            What::Crowd(crowd) => crowd.run(),
            What::Fill(fill) => fill.run().await,
            What::Floor(floor) => floor.run().await,
            What::Forget(forget) => forget.run().await,
        }
    }
}

async fn load(run: Run, kind: Kind, output: Output) -> Result<ExitCode, Failure> {
    let wanted = run.report.wanted()?;
    let way = run.way(kind)?;
    let live = Live::new(output);
    let report =
        Ground::with(&run.ground, &live, async |ground| measure(&run, (kind, way), ground, &live).await);
    let report = report.await?;
    drop(live);
    wanted.tell(report, output)
}

async fn measure(
    run: &Run,
    (kind, way): (Kind, Way),
    ground: &Ground,
    live: &Live,
) -> Result<Report, Failure> {
    let asked = Asked::prepare(kind, ground, live).await?;
    let runs = Runs { run, asked: &asked, ground, live };
    let limit_us = match way {
        Way::At(pace) => return runs.at(pace).await,
        Way::FindMax { p99_limit_us } => p99_limit_us,
    };
    let ceiling = runs.at(Pace::Closed).await?.throughput();
    let found = find_max(limit_us, ceiling, async |rate| {
        runs.at(options::constant(rate)?).await.map(|report| Tried::from(&report))
    });
    let found = found.await?;
    // The report is of the rate that was found, or of the closed model if none held.
    let pace = found.best.map_or(Ok(Pace::Closed), options::constant)?;
    Ok(Report { find_max: Some(found), ..runs.at(pace).await? })
}

/// One load after the other on the same people.
struct Runs<'a> {
    run: &'a Run,
    asked: &'a Asked,
    ground: &'a Ground,
    live: &'a Live,
}

impl Runs<'_> {
    async fn at(&self, pace: Pace) -> Result<Report, Failure> {
        let Run { seconds, warm_up, patience, connections, .. } = *self.run;
        let began_at = rfc3339_japan(SystemClock.now_ms());
        let model = match &pace {
            Pace::Closed => Model::Closed { connections: u32::try_from(connections).unwrap_or(u32::MAX) },
            Pace::Open(curve) => Model::Open {
                rate_per_second: curve.mean(seconds),
                curve: (!curve.is_constant()).then(|| curve.to_string()),
            },
        };
        let load = Load {
            lanes: self.asked.lanes(self.ground, &pace, connections).await?,
            warm_up: Duration::from_secs_f64(warm_up),
            measured: Duration::from_secs_f64(seconds),
            patience: Duration::from_secs_f64(patience),
        };
        let measured = run_on_own_thread(load, self.live.watcher()).await?;
        let environment = self.ground.environment().await?;
        Ok(measured.into_report(self.asked.kind.name(), model, environment, began_at))
    }
}
