//! Ctrl-C, termination and a closed terminal end a run in order, not in the middle of it.

use std::{future::Future, process::ExitStatus};

use anyhow::{Context, Result, bail};
use tokio::{
    process::Command,
    signal::unix::{Signal, SignalKind, signal},
};

/// The signals that ask for an end. From the moment one of these exists they no longer end the process.
pub(crate) struct Interrupts([Signal; 3]);

impl Interrupts {
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self([
            listen(SignalKind::interrupt())?,
            listen(SignalKind::terminate())?,
            listen(SignalKind::hangup())?,
        ]))
    }

    /// The work's result, or an error as soon as somebody asks for an end.
    pub(crate) async fn or<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            result = work => result,
            _ = interrupt.recv() => bail!("interrupted"),
            _ = terminate.recv() => bail!("terminated"),
            _ = hangup.recv() => bail!("the terminal was closed"),
        }
    }
}

/// Prints the command, runs it and fails if it fails. A run that is given up is killed.
pub(crate) async fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status: ExitStatus = command
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run {shown}"))?
        .wait()
        .await
        .with_context(|| format!("cannot wait for {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
