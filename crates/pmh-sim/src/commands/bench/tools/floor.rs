//! `bench floor`: a server of the same stack with none of our layers.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pmh_bench::compare::floor;

use crate::commands::up::TheEnd;
use crate::exit::Failure;

#[derive(Args)]
pub(crate) struct Floor {
    /// Certificates of a world; the floor shows the hub's.
    #[arg(long, value_name = "DIR")]
    pki: PathBuf,
    /// Of each answer.
    #[arg(long)]
    bytes: usize,
}

impl Floor {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let end = TheEnd::listen()?;
        let serving = floor::serve(&self.pki, self.bytes, |address, without| {
            println!("{}", serde_json::json!({ "address": address, "withoutCertificate": without }));
        });
        tokio::select! {
            served = serving => served.map_err(|error| Failure::internal(&format!("{error:#}")))?,
            () = end.wait() => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}
