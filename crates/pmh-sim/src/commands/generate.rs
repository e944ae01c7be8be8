//! `generate`: people and files of any size, deterministic.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use pmh_domain::MunicipalityCode;
use pmh_simulator::generate::{self, Format, GenerateError, Plan};
use pmh_simulator::numbers::CheckDigits;
use pmh_wire::Encoding;

use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim generate population --municipality 271004 --size 5000 --seed 7 --out ./people
  pmh-sim generate population --municipality 130001 --size 100 --format json")]
pub(crate) struct Generate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Residents with a subsidy: the file to register, and the bodies that enrol them at the other parties.
    Population(Population),
}

#[derive(Args)]
struct Population {
    /// 自治体コード, 6 digits: any of the 1,788 local governments.
    #[arg(long, value_name = "CODE")]
    municipality: MunicipalityCode,
    #[arg(long)]
    size: u64,
    /// The same seed gives the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, value_enum, default_value_t = FileFormat::Csv)]
    format: FileFormat,
    /// Individual Numbers with right check digits, for systems that insist: they may be living people's.
    #[arg(long)]
    valid_check_digits: bool,
    /// Folder for the files.
    #[arg(long, default_value = ".", value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum FileFormat {
    Csv,
    /// CSV in Shift_JIS (CP932).
    CsvShiftJis,
    /// The published JSON array.
    Json,
}

impl Generate {
    pub(crate) fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let What::Population(population) = self.what;
        let plan = Plan {
            municipality: population.municipality,
            size: population.size,
            seed: population.seed,
            check_digits: if population.valid_check_digits { CheckDigits::Valid } else { CheckDigits::Wrong },
        };
        let format = match population.format {
            FileFormat::Csv => Format::Csv(Encoding::Utf8),
            FileFormat::CsvShiftJis => Format::Csv(Encoding::Cp932),
            FileFormat::Json => Format::Json,
        };
        let files = generate::write_population(&plan, format, &population.out)?;
        if output.json {
            println!(
                "{}",
                serde_json::json!({
                    "type": "generated", "people": population.size, "records": files.records,
                    "intermediate": files.intermediate, "eligibility": files.eligibility, "portal": files.portal,
                })
            );
            return Ok(ExitCode::SUCCESS);
        }
        let language = output.language;
        println!("{}  {}", language.pick("登録するファイル", "to register"), files.records.display());
        println!(
            "{}",
            language.pick(
                "各管理口の /__admin/people に送るファイル（または up --auto-enrol）:",
                "bodies for /__admin/people of each admin door (or use `up --auto-enrol`):"
            )
        );
        for file in [&files.intermediate, &files.eligibility, &files.portal] {
            println!("  {}", file.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::UnknownMunicipality(code) => Self::usage(
                format!("自治体コード {code} の自治体はありません。"),
                format!("no local government has the code {code}."),
            ),
            error => Self::environment(
                format!("ファイルを作れません: {error}"),
                format!("cannot make the files: {error}"),
            ),
        }
    }
}
