//! `bench forget`: takes a stopped world off a PostgreSQL server that is somebody's.

use std::process::ExitCode;

use clap::Args;
use pmh_simulator::topology::{Options, Topology};

use crate::commands::DataFolder;
use crate::exit::Failure;

#[derive(Args)]
pub(crate) struct Forget {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
}

impl Forget {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let options = Options { database: self.database, ..Options::at(self.data.path()) };
        Topology::remove(&options).await?;
        Ok(ExitCode::SUCCESS)
    }
}
