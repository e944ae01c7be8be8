//! Processes that are measured: started on a core, looked at through `/proc`, ended in order.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::cores::on_core;
use crate::machine::time_of;

/// A party has ten seconds to finish what is in flight.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of a log that is shown when a process fails.
const LOG_LINES: usize = 5;

/// This very program in another role.
pub(super) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

/// In which role.
pub(super) struct Call {
    pub(super) arguments: Vec<String>,
    pub(super) database: Option<String>,
}

impl Call {
    pub(super) fn of(arguments: Vec<String>) -> Self {
        Self { arguments, database: None }
    }
}

/// How such processes are started.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    /// Their logs.
    pub(super) folder: PathBuf,
}

impl Program {
    /// `name` is that of its log.
    pub(super) async fn start(&self, core: Option<usize>, name: &str, call: &Call) -> Result<Process> {
        let log = self.folder.join(format!("{name}.log"));
        let mut command = Command::new(&self.path);
        command.arg("--json").args(&call.arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(File::create(&log).with_context(|| log.display().to_string())?).kill_on_drop(true);
        // What somebody set for a world of their own is not meant for this one.
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PMH_") {
                command.env_remove(variable);
            }
        }
        command.env("RUST_LOG", "warn");
        command.envs(call.database.iter().map(|url| ("PMH_DATABASE", url)));
        let mut child =
            on_core(core, move || command.spawn()).await?.context("cannot start this program again")?;
        let output = child.stdout.take().context("its output is piped")?;
        Ok(Process { child, lines: BufReader::new(output).lines(), log })
    }

    /// Until it has ended well; its last line.
    pub(super) async fn run(&self, name: &str, call: &Call, mut look: impl FnMut(&Value)) -> Result<Value> {
        let mut process = self.start(None, name, call).await?;
        let mut last = Value::Null;
        while let Some(line) = process.lines.next_line().await? {
            last = serde_json::from_str(&line).with_context(|| format!("{name} says: {line}"))?;
            look(&last);
        }
        let status = process.child.wait().await?;
        ensure!(status.success(), "{name}: {status}\n{}", end_of(&process.log));
        Ok(last)
    }
}

impl Process {
    /// What it says when it is ready; the rest is read and dropped, lest the pipe fills.
    pub(super) async fn ready(mut self) -> Result<(Running, Value)> {
        let Some(line) = self.lines.next_line().await? else {
            let status = self.child.wait().await?;
            bail!("it does not start: {status}\n{}", end_of(&self.log));
        };
        let said = serde_json::from_str(&line).with_context(|| format!("not ready but: {line}"))?;
        let Self { child, mut lines, log } = self;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((Running { child, log }, said))
    }
}

/// A process that is ready.
pub(super) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    pub(super) fn id(&self) -> Result<u32> {
        self.child.id().with_context(|| format!("it has ended by itself\n{}", end_of(&self.log)))
    }

    pub(super) fn cpu(&self) -> Result<Duration> {
        cpu_of(self.id()?, Who::Itself)
    }

    /// Memory of its own, without pages of files, in bytes.
    pub(super) fn rss_anon(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("no RssAnon")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024)
    }

    pub(super) async fn stop(mut self) -> Result<()> {
        let id =
            i32::try_from(self.id()?).ok().and_then(Pid::from_raw).context("no process has this number")?;
        kill_process(id, Signal::TERM)?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = ended.with_context(|| format!("it does not stop\n{}", end_of(&self.log)))??;
        ensure!(status.success(), "{status}\n{}", end_of(&self.log));
        Ok(())
    }
}

/// Whose time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Itself,
    /// And of its children, those that are gone among them.
    WithChildren,
}

/// How long a process has computed.
pub(super) fn cpu_of(id: u32, who: Who) -> Result<Duration> {
    let own = Stat::read(Path::new(&format!("/proc/{id}/stat")))?;
    let mut ticks = own.ticks;
    if who == Who::WithChildren {
        ticks += own.ticks_of_gone_children;
        for entry in std::fs::read_dir("/proc")? {
            // Others come and go meanwhile.
            let stat = Stat::read(&entry?.path().join("stat")).ok().filter(|stat| stat.parent == id);
            ticks += stat.map_or(0, |stat| stat.ticks + stat.ticks_of_gone_children);
        }
    }
    Ok(time_of(ticks))
}

pub(super) fn cpu_of_this_thread() -> Result<Duration> {
    Ok(time_of(Stat::read(Path::new("/proc/thread-self/stat"))?.ticks))
}

struct Stat {
    parent: u32,
    ticks: u64,
    ticks_of_gone_children: u64,
}

impl Stat {
    fn read(path: &Path) -> Result<Self> {
        Self::parse(&std::fs::read_to_string(path)?).with_context(|| path.display().to_string())
    }

    /// The name, in parentheses, may hold anything.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            ticks: number(11)? + number(12)?,
            ticks_of_gone_children: number(13)? + number(14)?,
        })
    }
}

fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_read_whatever_its_name() {
        let text = "42 (a) b) S 7 1 1 0 -1 4194304 1 2 3 4 150 50 30 20 20 0 1 0 100 1 1";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.parent, stat.ticks, stat.ticks_of_gone_children), (7, 200, 50));
        assert!(Stat::parse("42 (a) S").is_none());
    }

    #[test]
    fn whoever_computes_is_seen_to() {
        let before = cpu_of(std::process::id(), Who::Itself).unwrap();
        let mut sum = 0_u64;
        while cpu_of(std::process::id(), Who::Itself).unwrap() == before {
            sum = sum.wrapping_add(std::hint::black_box(1));
        }
        assert!(cpu_of(std::process::id(), Who::WithChildren).unwrap() > before);
    }
}
