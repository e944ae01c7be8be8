//! Logs on the error channel: for people on a terminal, JSON otherwise. `RUST_LOG` chooses what is told.
//! A demo also keeps everything down to debug in a file, so that its leak scan can look through it.

use std::fs::File;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Where a demo's log is kept once there is a file for it.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Option<File>>>);

impl Captured {
    /// Keeps everything from now on in this file.
    pub(crate) fn keep_in(&self, file: File) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }
}

impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Warnings and errors by default: what a command has to say goes to the output channel. Where nothing is captured,
/// nothing below that is even put together: it costs a query more than opening its records.
pub(crate) fn start(json: bool, keeps: bool) -> Captured {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let to_people = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let told = if json || !std::io::stderr().is_terminal() {
        to_people.json().with_filter(filter).boxed()
    } else {
        let colours = std::env::var_os("NO_COLOR").is_none();
        to_people.with_ansi(colours).with_target(false).with_filter(filter).boxed()
    };
    let captured = Captured::default();
    let kept = keeps.then(|| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(captured.clone())
            .with_filter(EnvFilter::new("debug"))
    });
    tracing_subscriber::registry().with(told).with(kept).init();
    captured
}
