//! `wrk` on the floor: a second opinion about how fast it is.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use pmh_wire::paths;
use tokio::process::Command;

use super::Missing;
use super::cores::on_core;

/// As large as a query with its linkage key.
const QUESTION_BYTES: usize = 256;

/// Said before anything is started.
pub(super) fn find() -> Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&path).any(|folder| folder.join("wrk").is_file());
    let missing = "wrk is not installed; type: sudo apt-get update && sudo apt-get install -y wrk";
    if is_there { Ok(()) } else { Err(Missing(missing.to_owned()).into()) }
}

/// Requests a second over so many connections.
pub(super) async fn run(
    core: Option<usize>,
    folder: &Path,
    floor: SocketAddr,
    (connections, seconds): (usize, u64),
) -> Result<f64> {
    let script = folder.join("wrk.lua");
    let question = "-".repeat(QUESTION_BYTES);
    let text = format!(
        "wrk.method = \"POST\"\nwrk.headers[\"content-type\"] = \"application/json\"\nwrk.body = '\"{question}\"'\n"
    );
    std::fs::write(&script, text).with_context(|| script.display().to_string())?;
    let mut command = Command::new("wrk");
    command.args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "-s"]).arg(&script);
    command.arg(format!("https://{floor}{}", paths::QUERIES));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let child = on_core(core, move || command.spawn()).await?.context("cannot start wrk")?;
    let output = child.wait_with_output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk: {}", String::from_utf8_lossy(&output.stderr));
    rate(&text).with_context(|| format!("wrk found no clean rate:\n{text}"))
}

/// `None` also where an answer was none: that rate would be of failures.
fn rate(text: &str) -> Option<f64> {
    let is_unclean = text.contains("Non-2xx") || text.contains("Socket errors");
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?;
    line.trim().parse().ok().filter(|rate| !is_unclean && *rate > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str =
        "Running 3s test @ https://127.0.0.1:1/\n  1 threads and 128 connections\nRequests/sec: 101234.56\n";

    #[test]
    fn the_rate_is_read_unless_something_failed() {
        assert_eq!(rate(FOUND), Some(101_234.56));
        assert_eq!(rate(&format!("{FOUND}  Non-2xx or 3xx responses: 1\n")), None);
        assert_eq!(rate(&format!("  Socket errors: connect 0, read 1, write 0, timeout 0\n{FOUND}")), None);
        assert_eq!(rate("Requests/sec:   0.00"), None);
    }
}
