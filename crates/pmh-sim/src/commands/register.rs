//! `register FILE`: hands a file in at the hub with a municipality's certificate and follows its task.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pmh_domain::MunicipalityCode;
use pmh_municipality::RegistrationClient;
use pmh_simulator::topology::peer_client;
use pmh_wire::{Outcome, Party, PeerName, RecordResult, Task, TaskStatus, Waiting, WaitsFor};

use super::DataFolder;
use super::check::{Form, check_file};
use super::layout::read_layout;
use crate::Output;
use crate::exit::{self, Failure};
use crate::language::Language;
use crate::table::table;

/// Rejected rows shown on the terminal; the task's results have all of them.
const REJECTED_SHOWN_MAX: usize = 100;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim register fixtures/osaka-child.csv --municipality 271004
  pmh-sim register fixtures/tokyo-mental.json --municipality 130001
  pmh-sim register children.csv --municipality 271004 --encoding shift_jis
  pmh-sim register children.csv --municipality 271004 --check
  pmh-sim register fixtures/vendor-export.sjis.csv --municipality 271004 --layout fixtures/vendor-layout.toml

Exits with 1 if any row is rejected, or the task was cancelled or failed. Ctrl-C ends the following alone: the
hub goes on. `pmh-sim tasks cancel` stops it.")]
pub(crate) struct Register {
    /// CSV, or JSON (an array of records) if the name ends in .json.
    file: PathBuf,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE")]
    municipality: MunicipalityCode,
    /// `utf-8` or `shift_jis`; without it a BOM or the header row decides.
    #[arg(long)]
    encoding: Option<String>,
    /// What the headings of a CSV file with columns of a vendor's own mean.
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
    /// Only checks the file, without sending it: no world is needed.
    #[arg(long)]
    check: bool,
    /// Does not wait for numbering: 202 means that every row stands durably.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    data: DataFolder,
}

impl Register {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        if self.check {
            return self.check_only(output);
        }
        let layout = read_layout(self.layout.as_deref())?;
        let client = registration_client(&self.data, self.municipality)?.with_layout(layout);
        let task = client.submit_file(&self.file, self.encoding.as_deref()).await?;
        if self.no_wait {
            tell_task(output, &task)?;
            return Ok(ExitCode::SUCCESS);
        }
        let bar = progress_bar(output, task.received);
        let finished =
            client.wait_until_finished(&task.task_id, |task| show_progress(output, &bar, task)).await?;
        bar.finish_and_clear();
        let rejected: Vec<RecordResult> = client
            .results(&task.task_id)
            .await?
            .into_iter()
            .filter(|result| {
                matches!(result.outcome, Outcome::Rejected | Outcome::Cancelled | Outcome::Failed)
            })
            .collect();
        tell_task(output, &finished)?;
        tell_rejected(output, &rejected)?;
        let all_in = rejected.is_empty() && finished.status == TaskStatus::Completed;
        Ok(ExitCode::from(if all_in { exit::OK } else { exit::CHECK_FAILED }))
    }

    /// Judges the file by the rules that the hub would go by, without a hub.
    fn check_only(&self, output: Output) -> Result<ExitCode, Failure> {
        let form = Form { encoding: self.encoding.as_deref(), layout: read_layout(self.layout.as_deref())? };
        let checked = check_file(&self.file, form, self.municipality)?;
        if output.json {
            println!(
                "{}",
                serde_json::json!({
                    "type": "checked", "received": checked.received, "rejected": checked.rejected.len()
                })
            );
        } else {
            println!(
                "{} {}, {} {}",
                output.language.pick("件数", "rows"),
                checked.received,
                output.language.pick("エラー", "faulty"),
                checked.rejected.len()
            );
        }
        tell_rejected(output, &checked.rejected)?;
        Ok(ExitCode::from(if checked.rejected.is_empty() { exit::OK } else { exit::CHECK_FAILED }))
    }
}

/// A client with the certificate of this municipality in this world.
pub(super) fn registration_client(
    data: &DataFolder,
    municipality: MunicipalityCode,
) -> Result<RegistrationClient, Failure> {
    let world = data.world()?;
    let peer = PeerName::new(Party::Municipality, municipality.as_str())
        .map_err(|error| Failure::internal(&error))?;
    let hub = peer_client(&world, data.path(), &peer, Party::Hub)?;
    Ok(RegistrationClient::new(hub, municipality))
}

fn progress_bar(output: Output, rows: u64) -> ProgressBar {
    if output.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(rows.max(1)).with_style(style)
}

fn show_progress(output: Output, bar: &ProgressBar, task: &Task) {
    if task.done() < task.received {
        bar.set_message(
            waiting(output.language, task)
                .unwrap_or_else(|| output.language.pick("登録中", "registering").to_owned()),
        );
        bar.set_position(task.done());
        return;
    }
    let asked = task.numbering_pending + task.numbered + task.mismatched + task.not_found;
    bar.set_length(asked.max(1));
    bar.set_position(asked - task.numbering_pending);
    let numbering = || output.language.pick("採番中", "numbering").to_owned();
    bar.set_message(waiting(output.language, task).unwrap_or_else(numbering));
}

fn waiting(language: Language, task: &Task) -> Option<String> {
    let Waiting { whom, since } = task.waiting_for.as_ref()?;
    let whom = match whom {
        WaitsFor::EarlierTask => language.pick("先に受け付けたファイル", "an earlier file"),
        WaitsFor::Intermediate => language.pick("中間サーバー", "the intermediate server"),
        WaitsFor::Database => language.pick("データベース", "the database"),
    };
    Some(format!("{} {whom} ({since})", language.pick("待機中:", "waiting for")))
}

pub(super) fn tell_waiting(output: Output, task: &Task) {
    if let Some(text) = waiting(output.language, task).filter(|_| !output.json) {
        println!("{text}");
    }
}

pub(super) fn status_of(language: Language, status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Accepted => language.pick("受付済み", "accepted"),
        TaskStatus::Processing => language.pick("処理中", "processing"),
        TaskStatus::Stopping => language.pick("停止処理中", "stopping"),
        TaskStatus::Completed => language.pick("完了", "completed"),
        TaskStatus::Cancelled => language.pick("取消済み", "cancelled"),
        TaskStatus::Failed => language.pick("失敗", "failed"),
    }
}

pub(super) fn tell_task(output: Output, task: &Task) -> Result<(), Failure> {
    if output.json {
        let text = serde_json::to_string(task).map_err(|error| Failure::internal(&error))?;
        println!("{text}");
        return Ok(());
    }
    let header = match output.language {
        Language::Ja => {
            ["受信", "登録", "更新", "変更なし", "削除", "エラー", "反映なし", "採番済", "不一致", "該当なし"]
        }
        Language::En => [
            "received",
            "registered",
            "updated",
            "unchanged",
            "deleted",
            "rejected",
            "not applied",
            "numbered",
            "mismatched",
            "not found",
        ],
    };
    let mut rows = table(&header);
    rows.add_row([
        task.received,
        task.registered,
        task.updated,
        task.unchanged,
        task.deleted,
        task.rejected,
        task.not_applied,
        task.numbered,
        task.mismatched,
        task.not_found,
    ]);
    println!("{}  {}\n{rows}", task.task_id, status_of(output.language, task.status));
    if let Some(failure) = &task.failure {
        let what = output.language.pick(&failure.clerk.ja, &failure.clerk.en);
        println!("{} ({}) {what}", failure.code, failure.lines);
    }
    Ok(())
}

pub(super) fn tell_rejected(output: Output, rejected: &[RecordResult]) -> Result<(), Failure> {
    if output.json {
        for result in rejected {
            let text = serde_json::to_string(result).map_err(|error| Failure::internal(&error))?;
            println!("{text}");
        }
        return Ok(());
    }
    if rejected.is_empty() {
        return Ok(());
    }
    let header = match output.language {
        Language::Ja => ["行", "列", "コード", "項目", "内容"],
        Language::En => ["line", "column", "code", "field", "what is wrong"],
    };
    let mut rows = table(&header);
    for result in rejected.iter().take(REJECTED_SHOWN_MAX) {
        for error in &result.errors {
            rows.add_row([
                result.line.to_string(),
                error.column.map(|column| column.to_string()).unwrap_or_default(),
                error.code.clone(),
                error.field.clone().unwrap_or_default(),
                output.language.pick(&error.clerk.ja, &error.clerk.en).to_owned(),
            ]);
        }
    }
    println!("{rows}");
    if rejected.len() > REJECTED_SHOWN_MAX {
        println!("… {}", rejected.len() - REJECTED_SHOWN_MAX);
    }
    Ok(())
}
