//! `bench register`: rows a second, until everybody in them is numbered.

use std::process::ExitCode;

use clap::Args;
use pmh_bench::report::{Model, Report};
use pmh_bench::workload::register;
use pmh_domain::{Clock, SystemClock, rfc3339_japan};
use pmh_wire::SubjectRecord;

use super::ground::Ground;
use super::live::Live;
use super::options::{GroundOptions, ReportOptions};
use crate::Output;
use crate::exit::Failure;

/// While one file is being applied the next one arrives; the hub applies those of a municipality in their order.
const FILES_AT_ONCE: u32 = 2;

#[derive(Args)]
pub(crate) struct Register {
    #[command(flatten)]
    ground: GroundOptions,
    /// Rows in a file.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    rows_per_file: u32,
    #[command(flatten)]
    report: ReportOptions,
}

impl Register {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let wanted = self.report.wanted()?;
        let live = Live::new(output);
        let report = Ground::with(&self.ground, &live, async |ground| self.measure(ground, &live).await);
        let report = report.await?;
        drop(live);
        wanted.tell(report, output)
    }

    async fn measure(&self, ground: &Ground, live: &Live) -> Result<Report, Failure> {
        let people = ground.people(live).await?;
        let records: Vec<SubjectRecord> = people.into_iter().flat_map(|one| one.records).collect();
        let hub = ground.municipality()?;
        let began_at = rfc3339_japan(SystemClock.now_ms());
        let (all, files) = (records.len() as u64, FILES_AT_ONCE as usize);
        let look = |done| live.rows(done, all);
        let measured = register::run(&hub, &records, self.rows_per_file as usize, files, look).await?;
        let model = Model::Closed { connections: FILES_AT_ONCE };
        Ok(measured.into_report("register", model, ground.environment().await?, began_at))
    }
}
