//! `audit`: an export that verifies by itself, its verification, and who saw a person's records.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use pmh_audit_verify::{OpenError, Report, read_witnesses, verify_files};
use pmh_municipality::save_pieces;
use pmh_service::PlainClient;
use pmh_wire::audit::{Checkpoints, PersonActsRequest};
use pmh_wire::audit_export::OperatorExport;
use pmh_wire::{Door, paths};

use super::input::number_from_input;
use super::office::Office;
use crate::Output;
use crate::exit::{self, Failure};
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim audit export osaka.jsonl --municipality 271004
  pmh-sim audit export osaka.jsonl --municipality 271004 --operator operator-1
  pmh-sim audit witness --of municipality --municipality 271004 > heads.json
  pmh-sim audit verify osaka.jsonl --witness heads.json
  echo 900000000011 | pmh-sim audit show --municipality 271004

`verify` needs no world: it reads the files alone, and exits with 1 if it finds something. The program `audit-verify`
does the same and is nothing else. An Individual Number is read from the standard input.")]
pub(crate) struct Audit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Writes the audit of a municipality to a file. 自治体の監査記録をファイルに書き出します。
    Export(Export),
    /// Checks exports without the hub. 書き出した監査記録をハブなしで検証します。
    Verify(Verify),
    /// Every act that concerns a person (開示請求). 本人に関する操作をすべて表示します。
    Show(Office),
    /// The signed heads that a party keeps. 他の機関が保管する署名を表示します。
    Witness(Witness),
}

#[derive(Args)]
struct Export {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    office: Office,
    /// As this person of the hub's operator: the entries stay closed.
    #[arg(long, value_name = "NAME", conflicts_with = "acting")]
    operator: Option<String>,
}

#[derive(Args)]
struct Verify {
    /// Exports. Several bear witness against each other.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Signed heads that somebody kept.
    #[arg(long, value_name = "FILE")]
    witness: Vec<PathBuf>,
}

#[derive(Args)]
struct Witness {
    /// Who kept them.
    #[arg(long)]
    of: Keeper,
    #[command(flatten)]
    office: Office,
}

#[derive(Clone, Copy, ValueEnum)]
enum Keeper {
    Municipality,
    Eligibility,
}

impl Audit {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self.verb {
            Verb::Export(export) => export.run().await,
            Verb::Verify(verify) => verify.run(output),
            Verb::Show(office) => show(output, &office).await,
            Verb::Witness(witness) => witness.run().await,
        }
    }
}

impl Export {
    async fn run(self) -> Result<ExitCode, Failure> {
        let Some(requested_by) = self.operator else {
            self.office.client()?.save_audit(&self.file).await?;
            return Ok(ExitCode::SUCCESS);
        };
        let admin = PlainClient::new(self.office.data.world()?.address(Door::HubAdmin)?);
        let municipality_code = self.office.municipality.to_string();
        let request = OperatorExport { municipality_code, requested_by };
        save_pieces(admin.download(paths::ADMIN_AUDIT_EXPORT, &request).await?, &self.file).await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Verify {
    fn run(&self, output: Output) -> Result<ExitCode, Failure> {
        let mut witnesses = Vec::new();
        for path in &self.witness {
            witnesses.extend(read_heads(path)?);
        }
        let reports = verify_files(&self.files, &witnesses).map_err(failure)?;
        for (path, report) in self.files.iter().zip(&reports) {
            let file = path.display().to_string();
            if output.json {
                println!("{}", report.to_json(&file));
            } else {
                print!("{file}: {report}");
            }
        }
        let verify = reports.iter().all(Report::verifies);
        Ok(ExitCode::from(if verify { exit::OK } else { exit::CHECK_FAILED }))
    }
}

/// Signed heads that somebody kept.
pub(super) fn read_heads(path: &Path) -> Result<Vec<pmh_wire::CheckpointBody>, Failure> {
    read_witnesses(path).map_err(failure)
}

fn failure(error: OpenError) -> Failure {
    match error {
        OpenError::File(path, error) => Failure::file(&path, &error),
        OpenError::Witness(path) => {
            let path = path.display();
            Failure::usage(
                format!("「{path}」は署名済みの記録ではありません。"),
                format!("{path} holds no signed heads."),
            )
        }
    }
}

async fn show(output: Output, office: &Office) -> Result<ExitCode, Failure> {
    let request = PersonActsRequest { my_number: number_from_input()? };
    let found = office.client()?.person_acts(&request).await?;
    if output.json {
        for act in &found.acts {
            println!("{}", serde_json::to_string(act).map_err(|error| Failure::internal(&error))?);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&match output.language {
        Language::Ja => ["日時", "行為", "主体", "医療機関", "結果"],
        Language::En => ["time", "act", "who", "institution", "outcome"],
    });
    for act in found.acts {
        let institution = act.institution.unwrap_or_default();
        rows.add_row([act.at, act.act, act.principal, institution, act.outcome.unwrap_or_default()]);
    }
    println!("{rows}");
    Ok(ExitCode::SUCCESS)
}

impl Witness {
    async fn run(self) -> Result<ExitCode, Failure> {
        let (door, path) = match self.of {
            Keeper::Municipality => {
                let code = self.office.municipality;
                (Door::MunicipalityAdmin, format!("{}?municipality={code}", paths::ADMIN_WITNESSES))
            }
            Keeper::Eligibility => (Door::EligibilityAdmin, paths::ADMIN_WITNESSES.to_owned()),
        };
        let admin = PlainClient::new(self.office.data.world()?.address(door)?);
        let kept: Checkpoints = admin.get(&path).await?;
        println!("{}", serde_json::to_string(&kept).map_err(|error| Failure::internal(&error))?);
        Ok(ExitCode::SUCCESS)
    }
}
