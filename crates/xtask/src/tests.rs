//! `test` and `deep`: all tests of the workspace, with a PostgreSQL beside them.

use std::ffi::OsString;

use anyhow::Result;
use pmh_cluster::Cluster;
use tokio::process::Command;

use crate::{
    interrupt::{self, Interrupts},
    packages,
};

/// URL of the maintenance database of a running server. Set by hand, that server is used.
const SERVER_URL: &str = "PMH_TEST_POSTGRES";

/// Every test has a few pools, and a large machine runs many tests at once.
const SETTINGS: [(&str, &str); 2] = [("max_connections", "500"), ("shared_buffers", "32MB")];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Usual,
    Deep,
}

pub(crate) async fn run(arguments: &[String], depth: Depth) -> Result<()> {
    let mut interrupts = Interrupts::listen()?;
    // Compiled before the server starts: most failures are found here.
    interrupts.or(interrupt::run(cargo_test(depth).arg("--no-run"))).await?;
    let missing = packages::missing_for_tests(std::env::var_os(SERVER_URL).is_none());
    if !missing.is_empty() {
        interrupts.or(packages::install(&missing)).await?;
    }
    if let Some(url) = std::env::var_os(SERVER_URL) {
        println!("using the PostgreSQL server that {SERVER_URL} names");
        return interrupts.or(interrupt::run(with_server(cargo_test(depth).args(arguments), url))).await;
    }
    let cluster = interrupts.or(Cluster::start(&std::env::temp_dir(), &SETTINGS)).await?;
    let url = OsString::from(cluster.url());
    let result = interrupts.or(interrupt::run(with_server(cargo_test(depth).args(arguments), url))).await;
    cluster.stop().await;
    result
}

fn with_server(command: &mut Command, url: OsString) -> &mut Command {
    command.env(SERVER_URL, url)
}

fn cargo_test(depth: Depth) -> Command {
    let mut command = cargo();
    command.args(["test", "--workspace"]);
    if depth == Depth::Deep {
        command.env("PMH_DEEP", "1");
    }
    command
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}
