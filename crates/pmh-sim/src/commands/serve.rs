//! `serve <party>`: one party of a world that `seed` made, with its own share of the data only.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use pmh_simulator::topology::{Options, Topology};
use pmh_wire::Party;

use super::DataFolder;
use super::up::{RetentionOptions, TheEnd};
use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim seed --data ./world
  pmh-sim serve hub --data ./world
  pmh-sim serve intermediate --data ./world --database postgres://postgres@localhost/postgres")]
pub(crate) struct Serve {
    /// municipality, hub, intermediate, eligibility, portal or institution.
    party: Party,
    #[command(flatten)]
    data: DataFolder,
    /// postgres://… instead of a SQLite file in the data folder.
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
    /// Accepts anyone whom a municipality registers (intermediate, eligibility).
    #[arg(long)]
    auto_enrol: bool,
    /// Numbers people without comparing their basic five items (intermediate).
    #[arg(long)]
    skip_five_item_check: bool,
    #[command(flatten)]
    retention: RetentionOptions,
    /// Asks for a signed-in user beside the certificate (hub).
    #[arg(long)]
    users: bool,
}

impl Serve {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        // The world must be there: a party alone cannot know the others' addresses.
        self.data.world()?;
        let options = Options {
            database: self.database,
            auto_enrol: self.auto_enrol,
            compare_five_items: !self.skip_five_item_check,
            retention: self.retention.retention(),
            users: self.users,
            ..Options::at(self.data.path())
        };
        let end = TheEnd::listen()?;
        let topology = Topology::serve(options, self.party).await?;
        if output.json {
            println!("{}", serde_json::json!({ "type": "ready", "party": self.party }));
        } else {
            println!("{} {}", self.party, output.language.pick("準備完了", "ready"));
        }
        end.wait().await;
        topology.stop(Duration::from_secs(10)).await;
        Ok(ExitCode::SUCCESS)
    }
}
