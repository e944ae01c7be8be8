//! One process of the binary.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::patience;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_pmh-sim");

/// A program in an environment that says nothing of whoever runs the tests.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    for (name, _) in std::env::vars_os() {
        let is_ours = name.to_string_lossy().starts_with("PMH_");
        if is_ours || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command.env("PMH_LANG", "en").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// What a process said until it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn new(output: Output) -> Self {
        Self {
            // Nobody kills what is waited for; a signal would be a crash.
            code: output.status.code().expect("the process ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The lines of the output as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn must_end_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// Runs to the end.
pub(crate) async fn run(mut command: Command) -> Said {
    let output = timeout(patience(), command.output()).await.expect("the process ends in time");
    Said::new(output.unwrap())
}

/// Runs the binary to the end.
pub(crate) async fn pmh_sim<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Said {
    let mut command = program(BINARY);
    command.args(arguments);
    run(command).await
}

/// A process that keeps running. It is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    errors: PathBuf,
}

impl Running {
    /// Starts the command and returns when it has printed a line that holds `ready`. What it says of errors is
    /// kept in a file.
    pub(crate) async fn start(mut command: Command, ready: &str, errors: &Path) -> Self {
        command.stdout(Stdio::piped()).stderr(File::create(errors).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reading = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains(ready) {
                    return true;
                }
            }
            false
        };
        let is_ready = timeout(patience(), reading).await.expect("the process says that it is ready");
        let running = Self { child, errors: errors.to_owned() };
        assert!(is_ready, "{command:?} ended: {}", running.errors());
        // A full pipe would stop the process.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        running
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    fn errors(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }

    /// `kill -9`, and it is gone.
    pub(crate) async fn kill(mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "it ended before: {}", self.errors());
        self.child.kill().await.unwrap();
    }

    /// SIGTERM: it ends in order.
    pub(crate) async fn terminate(mut self) {
        self.signal("-TERM").await;
        let status = timeout(patience(), self.child.wait()).await.expect("it ends in time").unwrap();
        assert_eq!(status.code(), Some(0), "{}", self.errors());
    }

    /// It stands still, with its connections open.
    pub(crate) async fn pause(&self) {
        self.signal("-STOP").await;
    }

    pub(crate) async fn resume(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    }
}
