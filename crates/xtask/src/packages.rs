//! Packages of the system that the checks need: installed where that is possible without asking, else named.

use std::{os::unix::fs::MetadataExt, path::Path};

use anyhow::Result;
use tokio::process::Command;

use crate::{interrupt, programs};

/// A program that is not there, with the line that installs it.
#[derive(Debug)]
pub(crate) struct Missing(String);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Programs with which tests attack the databases, and their packages.
const ATTACKERS: [(&str, &str); 3] =
    [("sqlite3", "sqlite3"), ("psql", "postgresql-client"), ("pg_dump", "postgresql-client")];

pub(crate) async fn setup() -> Result<()> {
    let mut missing = missing_for_tests(true);
    // For the check of what a process writes and sends.
    if programs::find_on_path("strace").is_none() {
        missing.push("strace");
    }
    if missing.is_empty() {
        println!("nothing to do: all that the checks need is installed");
        return Ok(());
    }
    install(&missing).await
}

/// What the tests need and is not there; a server is theirs, or somebody has named one.
pub(crate) fn missing_for_tests(with_server: bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if with_server && pmh_cluster::find_postgres().is_none() {
        missing.push("postgresql");
    }
    for (program, package) in ATTACKERS {
        if programs::find_on_path(program).is_none() && !missing.contains(&package) {
            missing.push(package);
        }
    }
    missing
}

/// Installs, as root on Debian and its relatives; anybody else is told the line to type.
pub(crate) async fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !is_root() || programs::find_on_path("apt-get").is_none() {
        return Err(Missing(instruction(packages, programs::find_on_path("apt-get").is_some())).into());
    }
    println!("installing {names} with apt-get");
    interrupt::run(apt_get().arg("update")).await?;
    interrupt::run(apt_get().args(["install", "-y"]).args(packages)).await
}

fn instruction(packages: &[&str], has_apt: bool) -> String {
    let names = packages.join(" ");
    if has_apt {
        format!("{names} missing; type: sudo apt-get update && sudo apt-get install -y {names}")
    } else {
        format!(
            "{names} missing; install with the system's package manager (PostgreSQL {} or newer, with initdb)",
            pmh_cluster::POSTGRES_MAJOR_MIN
        )
    }
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// The owner of this very process, as the kernel shows it.
pub(crate) fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instruction_is_one_line_to_type_where_there_is_apt() {
        assert_eq!(
            instruction(&["postgresql", "strace"], true),
            "postgresql strace missing; type: sudo apt-get update && sudo apt-get install -y postgresql strace"
        );
        assert!(instruction(&["postgresql"], false).contains("PostgreSQL 15 or newer"));
    }
}
