//! `seed`: computes the world once and writes one file per party with only its share.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pmh_simulator::topology::{BASE_PORT, Options, make_world};

use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim seed --out ./pmh-sim-data
  pmh-sim seed --out ./world --seed 7 --port 9700")]
pub(crate) struct Seed {
    /// Folder of the new world.
    #[arg(
        long,
        visible_alias = "data",
        env = "PMH_DATA",
        default_value = "./pmh-sim-data",
        value_name = "DIR"
    )]
    out: PathBuf,
    /// The same seed gives the same people.
    #[expect(clippy::struct_field_names, reason = "the verb and its option share the word")]
    #[arg(long, default_value_t = pmh_simulator::seed::DEFAULT_SEED)]
    seed: u64,
    /// Base port of the world's doors.
    #[arg(long, env = "PMH_PORT", default_value_t = BASE_PORT)]
    port: u16,
    /// Address that the doors listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
}

impl Seed {
    pub(crate) fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let options = Options { port: self.port, host: self.host, seed: self.seed, ..Options::at(&self.out) };
        let made = make_world(&options)?;
        if output.json {
            println!("{}", serde_json::json!({ "type": "seeded", "folder": self.out, "new": made }));
        } else if made {
            println!(
                "{} {}",
                output.language.pick("世界を作りました:", "made a world in"),
                self.out.display()
            );
        } else {
            println!(
                "{} {}",
                output.language.pick("世界はすでにあります:", "there is a world already in"),
                self.out.display()
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}
