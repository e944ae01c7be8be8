//! Runs the project's own checks: `cargo xtask test | deep | ci | setup`.

mod ci;
mod interrupt;
mod packages;
mod programs;
mod tests;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <command>

  test [ARGS]   starts a PostgreSQL of its own and runs `cargo test --workspace [ARGS]`
  deep [ARGS]   the same with PMH_DEEP=1: longer property tests and larger numbers
  ci            formatting, lints, documentation, then the test line of README.md
  setup         installs what the checks need from the system, or prints how";

/// Something outside the project is missing, as for the binary itself.
const EXIT_ENVIRONMENT: u8 = 14;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            let missing = error.is::<packages::Missing>();
            ExitCode::from(if missing { EXIT_ENVIRONMENT } else { 1 })
        }
    }
}

async fn run(arguments: Vec<String>) -> Result<()> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => bail!("no command\n\n{USAGE}"),
    };
    match (command, rest) {
        ("test", rest) => tests::run(rest, tests::Depth::Usual).await,
        ("deep", rest) => tests::run(rest, tests::Depth::Deep).await,
        ("ci", []) => ci::run().await,
        ("setup", []) => packages::setup().await,
        ("help" | "--help" | "-h", _) => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown: {}\n\n{USAGE}", arguments.join(" ")),
    }
}
