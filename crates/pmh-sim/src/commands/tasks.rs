//! `tasks`: what a municipality has handed in, how far it is, and what came of it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pmh_domain::MunicipalityCode;
use pmh_municipality::{RegistrationClient, TaskFilter};
use pmh_wire::{Outcome, Task, TaskStatus};

use super::DataFolder;
use super::register::{registration_client, status_of, tell_rejected, tell_task, tell_waiting};
use crate::Output;
use crate::exit::{self, Failure};
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim tasks list --municipality 271004
  pmh-sim tasks list --municipality 271004 --status failed --from 2026-04-01T00:00:00+09:00
  pmh-sim tasks show task-0123456789abcdef0123456789abcdef --municipality 271004
  pmh-sim tasks cancel task-0123456789abcdef0123456789abcdef --municipality 271004
  pmh-sim tasks results task-0123456789abcdef0123456789abcdef --municipality 271004 --out results.csv

A cancelled task keeps what was applied and drops what waits. `show` exits with 1 if the task was cancelled
or has failed.")]
pub(crate) struct Tasks {
    #[command(flatten)]
    data: DataFolder,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE", global = true)]
    municipality: Option<MunicipalityCode>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Newest first. 新しい順に一覧します。
    List {
        /// accepted, processing, stopping, completed, cancelled or failed.
        #[arg(long)]
        status: Option<TaskStatus>,
        /// Accepted at this time or later, RFC 3339.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Accepted at this time or earlier, RFC 3339.
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
        /// A part of the file's name.
        #[arg(long, value_name = "TEXT")]
        file_name: Option<String>,
    },
    /// How far one is. 状況を表示します。
    Show { task: String },
    /// Drops the rows that wait; what was applied stays. 反映待ちの行を取り消します。
    Cancel { task: String },
    /// What became of each row. 行ごとの結果を表示または保存します。
    Results {
        task: String,
        /// Saves all results as CSV, in the encoding of the upload. Without it the rows that did not get in are shown.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Tasks {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let municipality = self
            .municipality
            .ok_or_else(|| Failure::usage("--municipality が必要です。", "--municipality is missing."))?;
        let client = registration_client(&self.data, municipality)?;
        match self.verb {
            Verb::List { status, from, to, file_name } => {
                list(output, &client, &TaskFilter { status, from, to, file_name }).await?;
            }
            Verb::Show { task } => {
                let task = client.task(&task).await?;
                tell_task(output, &task)?;
                tell_waiting(output, &task);
                let ended = matches!(task.status, TaskStatus::Cancelled | TaskStatus::Failed);
                return Ok(ExitCode::from(if ended { exit::CHECK_FAILED } else { exit::OK }));
            }
            Verb::Cancel { task } => tell_task(output, &client.cancel(&task).await?)?,
            Verb::Results { task, out: Some(path) } => client.save_results(&task, &path).await?,
            Verb::Results { task, out: None } => {
                let mut results = client.results(&task).await?;
                if !output.json {
                    results.retain(|result| {
                        matches!(result.outcome, Outcome::Rejected | Outcome::Cancelled | Outcome::Failed)
                    });
                }
                tell_rejected(output, &results)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(output: Output, client: &RegistrationClient, filter: &TaskFilter) -> Result<(), Failure> {
    let mut after = None;
    let mut rows = table(&match output.language {
        Language::Ja => ["受付", "タスク", "状態", "ファイル", "受信", "エラー"],
        Language::En => ["accepted", "task", "status", "file", "received", "rejected"],
    });
    loop {
        let page = client.tasks(filter, after).await?;
        for task in &page.tasks {
            if output.json {
                println!("{}", serde_json::to_string(task).map_err(|error| Failure::internal(&error))?);
            } else {
                rows.add_row(row(output.language, task));
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    if !output.json {
        println!("{rows}");
    }
    Ok(())
}

fn row(language: Language, task: &Task) -> [String; 6] {
    [
        task.accepted_at.clone(),
        task.task_id.clone(),
        status_of(language, task.status).to_owned(),
        task.file_name.clone().unwrap_or_default(),
        task.received.to_string(),
        task.rejected.to_string(),
    ]
}
