//! `municipality`: what a municipality may demand of the hub, and gets.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use pmh_municipality::{Log, ReadLog};
use pmh_wire::audit::{
    Checkpoints, DeliveriesRequest, LogEntry, OperationReview, OperationReviews, ReviewFinding,
};

use super::audit::read_heads;
use super::input::number_from_input;
use super::office::Office;
use super::user::show_users;
use crate::Output;
use crate::exit::{self, Failure};
use crate::language::Language;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim municipality handling --municipality 271004
  pmh-sim municipality handling --municipality 271004 --witness heads.json
  pmh-sim municipality deliveries --municipality 271004 --from 2026-10-01 --to 2026-10-31
  echo 900000000011 | pmh-sim municipality deliveries --municipality 271004 --from 2026-10-01 --to 2026-10-31 --person
  pmh-sim municipality rights --municipality 271004 --as s-0001
  pmh-sim municipality operations --municipality 271004 --as s-0001
  pmh-sim municipality review --municipality 271004 --as s-0001 --until 2026-10-31T17:00:00+09:00
  pmh-sim municipality reviews --municipality 271004 --as s-0001

`rights`, `review` and `reviews` are there where users sign in. A log that does not verify, and an overdue review,
exit with 1.")]
pub(crate) struct Municipality {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// What operator, numbering, eligibility and portal did with the partition. 運用側の取扱いログを確かめて表示します。
    Handling(LogArguments),
    /// What the municipality's own people and systems did. 自分の操作ログを確かめて表示します。
    Operations(LogArguments),
    /// Who received answers from the partition. 誰に提供されたかを表示します。
    Deliveries(DeliveryArguments),
    /// The access table: accounts, rights, terminals. アクセス権限の管理表を表示します。
    Rights(Office),
    /// Records that the operation log was reviewed. 操作ログを確認したことを記録します。
    Review(ReviewArguments),
    /// Reviews of the operation log, and when the next one is due. 操作ログの確認の記録を表示します。
    Reviews(Office),
}

#[derive(Args)]
struct LogArguments {
    #[command(flatten)]
    office: Office,
    /// Signed heads kept from the last time: with them it shows if the log was cut off or rolled back. The file is
    /// made or renewed.
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
}

#[derive(Args)]
struct DeliveryArguments {
    #[command(flatten)]
    office: Office,
    /// First day.
    #[arg(long, value_name = "DAY")]
    from: String,
    /// Last day, at most a year later.
    #[arg(long, value_name = "DAY")]
    to: String,
    /// Only about one person, whose Individual Number comes from the standard input.
    #[arg(long)]
    person: bool,
}

#[derive(Args)]
struct ReviewArguments {
    #[command(flatten)]
    office: Office,
    /// Up to when the log was gone through, in RFC 3339.
    #[arg(long, value_name = "TIME")]
    until: String,
    #[arg(long, default_value = "nothing-unusual")]
    finding: Finding,
}

#[derive(Clone, Copy, ValueEnum)]
enum Finding {
    NothingUnusual,
    FollowedUp,
}

impl Municipality {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        match self.verb {
            Verb::Handling(arguments) => arguments.run(output, Log::Handling).await,
            Verb::Operations(arguments) => arguments.run(output, Log::Operations).await,
            Verb::Deliveries(arguments) => arguments.run(output).await,
            Verb::Rights(office) => show_users(output, &office.client()?.access_table().await?),
            Verb::Review(arguments) => {
                let finding = match arguments.finding {
                    Finding::NothingUnusual => ReviewFinding::NothingUnusual,
                    Finding::FollowedUp => ReviewFinding::FollowedUp,
                };
                let client = arguments.office.client()?;
                client.review_operations(&OperationReview { until: arguments.until, finding }).await?;
                show_reviews(output, &client.operation_reviews().await?)
            }
            Verb::Reviews(office) => show_reviews(output, &office.client()?.operation_reviews().await?),
        }
    }
}

impl LogArguments {
    async fn run(self, output: Output, log: Log) -> Result<ExitCode, Failure> {
        let witnesses = match &self.witness {
            Some(path) if path.exists() => read_heads(path)?,
            _ => Vec::new(),
        };
        let read = self.office.client()?.log(log, &witnesses).await?;
        if let Some(path) = &self.witness {
            let kept = Checkpoints { checkpoints: read.signed.clone(), cuts: Vec::new() };
            let text = serde_json::to_vec(&kept).map_err(|error| Failure::internal(&error))?;
            std::fs::write(path, text).map_err(|error| Failure::file(path, &error))?;
        }
        show_log(output, &read)
    }
}

fn show_log(output: Output, read: &ReadLog) -> Result<ExitCode, Failure> {
    let proof = read.proof;
    if output.json {
        for entry in &read.entries {
            println!("{}", serde_json::to_string(entry).map_err(|error| Failure::internal(&error))?);
        }
        println!(
            "{}",
            serde_json::json!({
                "type": "proof", "lanes": proof.lanes, "rows": proof.rows, "ownActs": proof.own_acts,
                "signedHeads": proof.signed_heads, "hasWitness": proof.has_witness,
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    let language = output.language;
    let header = match language {
        Language::Ja => ["日時", "行為", "主体", "対象者", "医療機関", "結果"],
        Language::En => ["time", "act", "who", "person", "institution", "outcome"],
    };
    let mut rows = table(&header);
    for entry in &read.entries {
        rows.add_row(log_row(entry));
    }
    println!("{rows}");
    println!(
        "{}",
        match language {
            Language::Ja => format!(
                "検証: 系列 {}、行 {}、この自治体の行為 {}、署名 {} 件まで連続しています。",
                proof.lanes, proof.rows, proof.own_acts, proof.signed_heads
            ),
            Language::En => format!(
                "verified: {} lanes, {} rows, {} acts of this municipality, unbroken up to {} signed heads.",
                proof.lanes, proof.rows, proof.own_acts, proof.signed_heads
            ),
        }
    );
    if !proof.has_witness {
        println!(
            "{}",
            language.pick(
                "以前の署名がないため、末尾の切り捨てと巻き戻しは確かめていません(--witness)。",
                "without heads kept from before, it is not checked whether the end was cut off or all rolled back (--witness)."
            )
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn log_row(entry: &LogEntry) -> [String; 6] {
    [
        entry.at.clone(),
        entry.act.clone(),
        entry.principal.clone(),
        entry.person.map(|person| person.to_string()).unwrap_or_default(),
        entry.institution.clone().unwrap_or_default(),
        entry.outcome.clone().unwrap_or_default(),
    ]
}

impl DeliveryArguments {
    async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let my_number = if self.person { Some(number_from_input()?) } else { None };
        let request = DeliveriesRequest { from: self.from, to: self.to, my_number };
        let found = self.office.client()?.deliveries(&request).await?;
        if output.json {
            for one in &found.deliveries {
                println!("{}", serde_json::to_string(one).map_err(|error| Failure::internal(&error))?);
            }
            return Ok(ExitCode::SUCCESS);
        }
        let language = output.language;
        let header = match language {
            Language::Ja => ["日", "提供先", "回答", "示した証"],
            Language::En => ["day", "recipient", "answers", "certificates shown"],
        };
        let mut rows = table(&header);
        for one in &found.deliveries {
            let citizen = language.pick("本人(ポータル)", "the citizen (portal)");
            rows.add_row([
                one.day.clone(),
                one.institution_code.clone().unwrap_or_else(|| citizen.to_owned()),
                one.answers.to_string(),
                one.certificates.to_string(),
            ]);
        }
        println!("{rows}");
        Ok(ExitCode::SUCCESS)
    }
}

fn show_reviews(output: Output, reviews: &OperationReviews) -> Result<ExitCode, Failure> {
    let code = ExitCode::from(if reviews.is_overdue { exit::CHECK_FAILED } else { exit::OK });
    if output.json {
        println!("{}", serde_json::to_string(reviews).map_err(|error| Failure::internal(&error))?);
        return Ok(code);
    }
    let language = output.language;
    let header = match language {
        Language::Ja => ["確認日時", "確認した範囲の終わり", "確認者", "結果"],
        Language::En => ["reviewed", "up to", "by", "finding"],
    };
    let mut rows = table(&header);
    for review in &reviews.reviews {
        let finding = match review.finding {
            ReviewFinding::NothingUnusual => language.pick("異常なし", "nothing unusual"),
            ReviewFinding::FollowedUp => language.pick("対応中", "followed up"),
        };
        rows.add_row([&review.reviewed_at, &review.until, &review.reviewed_by, finding]);
    }
    println!("{rows}");
    let due = if reviews.is_overdue {
        language.pick("期限を過ぎています:", "overdue since:")
    } else {
        language.pick("次の期限:", "next due:")
    };
    println!("{due} {}", reviews.due_at);
    Ok(code)
}
