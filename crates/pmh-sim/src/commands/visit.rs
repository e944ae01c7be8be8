//! `visit`: what a receptionist would see, through the terminal's door.

use std::process::ExitCode;

use clap::Args;
use pmh_service::PlainClient;
use pmh_wire::{ConsentsBody, Door, Qualification, VisitAnswer, VisitRequest, paths};

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim visit --card CARD-OSAKA-CHILD --institution 2719910016
  pmh-sim visit --card CARD-OSAKA-CHILD --institution 2719910016 --no-subsidy-consent")]
pub(crate) struct Visit {
    #[command(flatten)]
    data: DataFolder,
    /// Serial of the patient's card (fixtures/personas.toml has memorable ones).
    #[arg(long)]
    card: String,
    /// 医療機関コード, 10 digits.
    #[arg(long)]
    institution: String,
    /// The patient answers "do not use" to 医療費助成の各種受給者証を利用しますか.
    #[arg(long)]
    no_subsidy_consent: bool,
}

impl Visit {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let world = self.data.world()?;
        let terminal = PlainClient::new(world.address(Door::Terminal)?);
        let request = VisitRequest {
            institution_code: self.institution,
            card_serial: self.card,
            consents: ConsentsBody { insurance: true, subsidies: !self.no_subsidy_consent },
        };
        let answer: VisitAnswer = terminal.post(paths::VISITS, &request).await?;
        if output.json {
            println!("{}", serde_json::to_string(&answer).map_err(|error| Failure::internal(&error))?);
        } else {
            show(output, &answer);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn qualification(output: Output, qualification: Qualification) -> &'static str {
    match qualification {
        Qualification::Valid => output.language.pick("有効", "valid"),
        Qualification::Invalid => output.language.pick("無効", "invalid"),
        Qualification::NotInsured => output.language.pick("資格なし", "not insured"),
        Qualification::NotAsked => output.language.pick("照会せず", "not asked"),
    }
}

fn show(output: Output, answer: &VisitAnswer) {
    let language = output.language;
    println!("{}  {}", language.pick("回答日時", "answered at"), answer.answered_at);
    println!(
        "{}  {}",
        language.pick("保険資格", "insurance"),
        qualification(output, answer.insurance.qualification)
    );
    if answer.subsidies.is_empty() {
        println!(
            "{}",
            language.pick(
                "表示できる公費負担医療・医療費助成の資格はありません。",
                "No subsidy to show. (No consent, not on PMH, withheld and lapsed look the same.)"
            )
        );
        return;
    }
    let header = match language {
        crate::language::Language::Ja => ["受給者証", "負担者番号", "受給者番号", "自己負担上限", "有効期間"],
        crate::language::Language::En => ["certificate", "payer", "recipient", "copayment limit", "valid"],
    };
    let mut rows = table(&header);
    for subsidy in &answer.subsidies {
        let limit = subsidy.max_copayment_amount.as_ref().map_or("-", |limit| limit.as_str());
        rows.add_row([
            subsidy.certification_name.clone(),
            subsidy.medical_subsidy_insurer_number.clone().unwrap_or_default(),
            subsidy.medical_subsidy_recipient_number.clone().unwrap_or_default(),
            limit.to_owned(),
            format!("{} – {}", subsidy.valid_from, subsidy.valid_to),
        ]);
    }
    println!("{rows}");
}
