//! `register FILE`: hands a file in at the hub with a municipality's certificate and follows its task.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pmh_domain::MunicipalityCode;
use pmh_municipality::RegistrationClient;
use pmh_simulator::topology::peer_client;
use pmh_wire::{Outcome, Party, PeerName, RecordResult, Task};

use super::DataFolder;
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

Exits with 1 if any row is rejected.")]
pub(crate) struct Register {
    /// CSV, or JSON (an array of records) if the name ends in .json.
    file: PathBuf,
    /// 自治体コード, 6 digits.
    #[arg(long, value_name = "CODE")]
    municipality: MunicipalityCode,
    /// utf-8 or shift_jis; without it a BOM or the header row decides.
    #[arg(long)]
    encoding: Option<String>,
    /// Does not wait for numbering: 202 means that every row stands durably.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    data: DataFolder,
}

impl Register {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let world = self.data.world()?;
        let peer = PeerName::new(Party::Municipality, self.municipality.as_str())
            .map_err(|error| Failure::internal(&error))?;
        let client = RegistrationClient::new(
            peer_client(&world, self.data.path(), &peer, Party::Hub)?,
            self.municipality,
        );
        let task = self.hand_in(&client).await?;
        if self.no_wait {
            tell_task(output, &task)?;
            return Ok(ExitCode::SUCCESS);
        }
        let bar = progress_bar(output, task.received);
        let finished = client
            .wait_until_finished(&task.task_id, |task| show_progress(output, &bar, task))
            .await?;
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

    async fn hand_in(&self, client: &RegistrationClient) -> Result<Task, Failure> {
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let bytes = read(&self.file)?;
        let is_json = self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        Ok(if is_json {
            client.submit_json(bytes, name.as_deref()).await?
        } else {
            client.submit_csv(bytes, self.encoding.as_deref(), name.as_deref()).await?
        })
    }
}

fn read(path: &Path) -> Result<Bytes, Failure> {
    std::fs::read(path).map(Bytes::from).map_err(|error| Failure::file(path, &error))
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
            ["受信", "登録", "更新", "変更なし", "削除", "エラー", "採番済", "不一致", "該当なし"]
        }
        crate::language::Language::En => [
            "received", "registered", "updated", "unchanged", "deleted", "rejected", "numbered",
            "mismatched", "not found",
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
