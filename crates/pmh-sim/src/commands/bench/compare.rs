//! `bench compare`: the hub on both databases against a floor, and what it is held to.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pmh_bench::compare::{self, Missing, Options, Outcome};
use tokio::signal::unix::{SignalKind, signal};

use crate::Output;
use crate::exit::{CHECK_FAILED, Failure, OK};

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim bench compare                        100,000 people, a few minutes
  pmh-sim bench compare --people 1000000       as published in bench/README.md; a quarter of an hour on two cores
  pmh-sim bench compare --json | tail -1       one object

Exit code 1: a must is missed. Needs wrk, and PostgreSQL unless a server is named.")]
pub(crate) struct Compare {
    /// People that each hub holds, three certificates each.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..))]
    people: u32,
    /// postgres://… of a server that runs already; else one is started for the time being.
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
    /// Where worlds and databases are made, to vanish afterwards: on the disk that is to be measured.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Also asks each hub for so many minutes and tells its memory after each.
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    soak: u64,
}

impl Compare {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let options = Options {
            people: usize::try_from(self.people).expect("u32 fits"),
            database: self.database,
            folder: self.folder.unwrap_or_else(std::env::temp_dir),
            program: std::env::current_exe()?,
            soak_minutes: self.soak,
        };
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("the template is good"),
        );
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let say = |text: &str| {
            bar.println(format!("{:>4} s  {text}", bar.elapsed().as_secs()));
            if bar.is_hidden() {
                eprintln!("{:>4} s  {text}", bar.elapsed().as_secs());
            }
            bar.set_message(text.to_owned());
        };
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut terminated = signal(SignalKind::terminate())?;
        // Given up, everything that was started ends, and every folder goes.
        let outcome = tokio::select! {
            outcome = compare::run(&options, &say) => outcome.map_err(|error| failure(&error))?,
            _ = interrupted.recv() => return Err(given_up()),
            _ = terminated.recv() => return Err(given_up()),
        };
        bar.finish_and_clear();
        show(&outcome, output);
        Ok(ExitCode::from(if outcome.misses() { CHECK_FAILED } else { OK }))
    }
}

fn show(outcome: &Outcome, output: Output) {
    if output.json {
        println!("{}", serde_json::to_string(outcome).expect("numbers and texts become JSON"));
    } else {
        println!("{}", compare::table(outcome));
    }
}

fn failure(error: &anyhow::Error) -> Failure {
    let text = format!("{error:#}");
    if error.is::<Missing>() { Failure::environment(text.clone(), text) } else { Failure::internal(&text) }
}

fn given_up() -> Failure {
    Failure::environment("中断しました。", "given up.")
}
