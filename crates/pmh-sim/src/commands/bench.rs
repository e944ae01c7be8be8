//! `bench`: load, and what it is compared with.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::bench_tools::{Fill, Floor, Forget, WriteCrowd};
use super::compare::Compare;
use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measures the hub on both databases against a floor of the same stack. 両データベースのハブを測ります。
    Compare(Compare),
    #[command(hide = true)]
    Crowd(WriteCrowd),
    #[command(hide = true)]
    Fill(Fill),
    #[command(hide = true)]
    Floor(Floor),
    #[command(hide = true)]
    Forget(Forget),
}

impl Bench {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self.what {
            What::Compare(compare) => compare.run(output).await,
            What::Crowd(crowd) => crowd.run(),
            What::Fill(fill) => fill.run().await,
            What::Floor(floor) => floor.run().await,
            What::Forget(forget) => forget.run().await,
        }
    }
}
