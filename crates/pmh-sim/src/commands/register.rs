//! `register FILE`: hands a file in at the hub with a municipality's certificate and follows its task.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pmh_domain::MunicipalityCode;
use pmh_municipality::RegistrationClient;
use pmh_simulator::topology::peer_client;
use pmh_wire::{Outcome, Party, PeerName, RecordResult, Task};

use super::DataFolder;
use super::check::check_file;
use crate::Output;
use crate::exit::{self, Failure};
use crate::table::table;

/// Rejected rows shown on the terminal; the task's results have all of them.
const REJECTED_SHOWN_MAX: usize = 100;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim register fixtures/osaka-child.csv --municipality 271004
  pmh-sim register fixtures/tokyo-mental.json --municipality 130001
  pmh-sim register children.csv --municipality 271004 --encoding shift_jis
  pmh-sim register children.csv --municipality 271004 --check

Exits with 1 if any row is rejected.")]
pub(crate) struct Register {
    /// CSV, or JSON (an array of records) if the name ends in .json.
    file: PathBuf,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE")]
    municipality: MunicipalityCode,
    /// `utf-8` or `shift_jis`; without it a BOM or the header row decides.
    #[arg(long)]
    encoding: Option<String>,
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
        let client = registration_client(&self.data, self.municipality)?;
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
            .filter(|result| result.outcome == Outcome::Rejected)
            .collect();
        tell_task(output, &finished)?;
        tell_rejected(output, &rejected)?;
        Ok(ExitCode::from(if rejected.is_empty() { exit::OK } else { exit::CHECK_FAILED }))
    }

    /// Judges the file by the rules that the hub would go by, without a hub.
    fn check_only(&self, output: Output) -> Result<ExitCode, Failure> {
        let checked = check_file(&self.file, self.encoding.as_deref(), self.municipality)?;
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
    let applied = task.registered + task.updated + task.unchanged + task.deleted + task.rejected;
    if applied < task.received {
        bar.set_message(output.language.pick("登録中", "registering").to_owned());
        bar.set_position(applied);
        return;
    }
    let asked = task.numbering_pending + task.numbered + task.mismatched + task.not_found;
    bar.set_length(asked.max(1));
    bar.set_position(asked - task.numbering_pending);
    bar.set_message(match &task.waiting_for {
        Some(whom) => format!("{} {whom}", output.language.pick("待機中:", "waiting for")),
        None => output.language.pick("採番中", "numbering").to_owned(),
    });
}

fn tell_task(output: Output, task: &Task) -> Result<(), Failure> {
    if output.json {
        let text = serde_json::to_string(task).map_err(|error| Failure::internal(&error))?;
        println!("{text}");
        return Ok(());
    }
    let header = match output.language {
        crate::language::Language::Ja => {
            ["受信", "登録", "更新", "変更なし", "削除", "エラー", "採番済", "表記差", "不一致", "該当なし"]
        }
        crate::language::Language::En => [
            "received",
            "registered",
            "updated",
            "unchanged",
            "deleted",
            "rejected",
            "numbered",
            "spelled otherwise",
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
        task.numbered,
        task.spelled_otherwise,
        task.mismatched,
        task.not_found,
    ]);
    println!("{}\n{rows}", task.task_id);
    Ok(())
}

fn tell_rejected(output: Output, rejected: &[RecordResult]) -> Result<(), Failure> {
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
        crate::language::Language::Ja => ["行", "コード", "項目", "内容"],
        crate::language::Language::En => ["line", "code", "field", "what is wrong"],
    };
    let mut rows = table(&header);
    for result in rejected.iter().take(REJECTED_SHOWN_MAX) {
        for error in &result.errors {
            rows.add_row([
                result.line.to_string(),
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
