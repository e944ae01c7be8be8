//! `watch`: a sidecar for a municipal system that can only write files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pmh_domain::MunicipalityCode;
use pmh_municipality::{Folders, Handled, watch};
use pmh_wire::{Task, TaskStatus};
use tokio_util::sync::CancellationToken;

use super::DataFolder;
use super::layout::read_layout;
use super::register::{registration_client, status_of};
use super::up::TheEnd;
use crate::Output;
use crate::exit::{self, Failure};

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim watch --municipality 271004 --export out --results results --done done --refused refused
  pmh-sim watch --municipality 271004 --export out --results results --done done --refused refused --once

Write a file elsewhere and move it into the export folder. With --once the exit code is 1 if a file was
refused, any row rejected, or a task cancelled or failed. The results of a CSV file come as CSV in its encoding
(<file>.results.csv), those of a JSON file as JSON.")]
pub(crate) struct Watch {
    #[command(flatten)]
    data: DataFolder,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE")]
    municipality: MunicipalityCode,
    /// Folder that the municipal system writes to.
    #[arg(long, value_name = "DIR")]
    export: PathBuf,
    /// Folder for the results of each file.
    #[arg(long, value_name = "DIR")]
    results: PathBuf,
    /// Folder for files that are done.
    #[arg(long, value_name = "DIR")]
    done: PathBuf,
    /// Folder for files that the hub refused as a whole, with the problem beside them.
    #[arg(long, value_name = "DIR")]
    refused: PathBuf,
    /// What the headings of CSV files with columns of a vendor's own mean.
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
    /// Ends when the export folder holds nothing to do.
    #[arg(long)]
    once: bool,
}

impl Watch {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let end = TheEnd::listen()?;
        let layout = read_layout(self.layout.as_deref())?;
        let client = registration_client(&self.data, self.municipality)?.with_layout(layout);
        let Self { export, results, done, refused, .. } = self;
        let folders = Folders { export, results, done, refused };
        let shutdown = CancellationToken::new();
        let mut all_good = true;
        let watching = watch(&client, &folders, self.once, &shutdown, |handled| {
            let is_good = |task: &Task| task.status == TaskStatus::Completed && task.rejected == 0;
            all_good &= matches!(handled, Handled::Finished { task, .. } if is_good(task));
            tell(output, handled);
        });
        tokio::select! {
            watched = watching => watched?,
            () = end.wait() => {}
        }
        Ok(ExitCode::from(if all_good || !self.once { exit::OK } else { exit::CHECK_FAILED }))
    }
}

fn tell(output: Output, handled: &Handled) {
    let language = output.language;
    match handled {
        Handled::Finished { file, task } if output.json => {
            println!("{}", serde_json::json!({ "type": "finished", "file": file, "task": task }));
        }
        Handled::Refused { file, code } if output.json => {
            println!("{}", serde_json::json!({ "type": "refused", "file": file, "code": code }));
        }
        Handled::Finished { file, task } => println!(
            "{file}  {}  {} {}, {} {}",
            status_of(language, task.status),
            language.pick("受信", "received"),
            task.received,
            language.pick("エラー", "rejected"),
            task.rejected
        ),
        Handled::Refused { file, code } => {
            println!("{file}  {} {code}", language.pick("受け付けられませんでした", "refused"));
        }
    }
}
