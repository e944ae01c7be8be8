//! `visit`: what a receptionist would see, through the terminal's door.

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use pmh_service::PlainClient;
use pmh_wire::{ConsentsBody, Door, Qualification, Subsidy, VisitAnswer, VisitRequest, paths};

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;
use crate::language::Language;
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
    for subsidy in &answer.subsidies {
        println!("{}", certificate(language, subsidy));
    }
}

/// A certificate as people read it.
fn certificate(language: Language, subsidy: &Subsidy) -> Table {
    let mut rows = table(&[language.pick("受給者証", "certificate"), &subsidy.certification_name]);
    let mut row = |label: &str, value: Option<&str>| {
        if let Some(value) = value {
            rows.add_row([label, value]);
        }
    };
    row(language.pick("公費負担者番号", "payer number"), subsidy.medical_subsidy_insurer_number.as_deref());
    row(
        language.pick("公費受給者番号", "recipient number"),
        subsidy.medical_subsidy_recipient_number.as_deref(),
    );
    let period = format!("{} {} {}", subsidy.valid_from, language.pick("～", "to"), subsidy.valid_to);
    row(language.pick("有効期間", "valid"), Some(&period));
    row(language.pick("自己負担上限", "copayment limit"), Some(&limit(language, subsidy)));
    row(language.pick("所得区分", "income"), subsidy.income_segment.as_deref());
    row(language.pick("区分", "segment"), subsidy.segment.as_deref());
    row(language.pick("指定医療機関", "institutions"), subsidy.designated_medical_institutions.as_deref());
    for (label, value) in printed(subsidy) {
        row(&label, Some(&value));
    }
    rows
}

/// In words, out-patients and in-patients on a line each; of a limit that is not understood its JSON.
fn limit(language: Language, subsidy: &Subsidy) -> String {
    match (subsidy.copayment_texts(), &subsidy.max_copayment_amount) {
        (Some(texts), _) => language.pick(&texts.ja, &texts.en).replace(" / ", "\n"),
        (None, Some(json)) => json.as_str().to_owned(),
        (None, None) => "-".to_owned(),
    }
}

/// What else is printed on it, as the municipality calls it.
fn printed(subsidy: &Subsidy) -> Vec<(String, String)> {
    let (detail, _) = pmh_wire::read_certificate_detail(subsidy.certification_detail.as_str().to_owned());
    let lines = detail.in_display_order().into_iter().flat_map(|item| &item.lines);
    let readable = |json: &str| serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned());
    lines.map(|line| (line.label.clone().unwrap_or_default(), readable(line.value.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(limit: &str, always: &str) -> String {
        let subsidy: Subsidy = serde_json::from_value(serde_json::json!({
            "municipalityCode": "271004", "programId": "OsakaChild", "certificationName": "こども医療証",
            "medicalSubsidyInsurerNumber": "90271008", "medicalSubsidyRecipientNumber": "0000018",
            "incomeSegment": "低所得Ⅰ", "isAlwaysReimbursement": always,
            "maxCopaymentAmount": serde_json::from_str::<serde_json::Value>(limit).unwrap(),
            "validFrom": "2026-04-01", "validTo": "2027-03-31",
            "certificationDetail": [{ "発行機関名": "大阪市", "回数": 2 }],
        }))
        .unwrap();
        certificate(Language::Ja, &subsidy).to_string()
    }

    #[test]
    fn a_certificate_is_shown_in_words_and_its_borders_stand_under_one_another() {
        let table = shown(r#"{"perDay":500,"daysPerMonth":2,"pharmacyExempt":true}"#, "0");
        let expected = "\
┌────────────────┬───────────────────────────────┐
│ 受給者証       ┆ こども医療証                  │
╞════════════════╪═══════════════════════════════╡
│ 公費負担者番号 ┆ 90271008                      │
│ 公費受給者番号 ┆ 0000018                       │
│ 有効期間       ┆ 2026-04-01 ～ 2027-03-31      │
│ 自己負担上限   ┆ 1日500円・月2日まで、調剤なし │
│ 所得区分       ┆ 低所得Ⅰ                       │
│ 発行機関名     ┆ 大阪市                        │
│ 回数           ┆ 2                             │
└────────────────┴───────────────────────────────┘";
        assert_eq!(table, expected);
    }

    #[test]
    fn reimbursement_and_in_patients_are_told_and_a_limit_that_is_not_understood_is_shown_as_it_came() {
        assert!(shown("null", "1").contains("│ 自己負担上限   ┆ 償還払い"));
        let inpatient = shown(r#"{"perVisit":200,"inpatient":{"perDay":500}}"#, "0");
        assert!(inpatient.contains("│ 自己負担上限   ┆ 外来: 1回200円 "), "{inpatient}");
        assert!(inpatient.contains("│                ┆ 入院: 1日500円 "), "{inpatient}");
        assert!(shown(r#"{"perVisit":200}"#, "1").contains("1回200円、償還払い"));
        assert!(shown(r#"{"上限":200}"#, "0").contains(r#"{"上限":200}"#));
    }
}
