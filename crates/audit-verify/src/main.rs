//! `audit-verify FILE… [--witness FILE]`: exits with 0 if every export verifies, with 1 if something was found, with 2
//! if a file cannot be used.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pmh_audit_verify::{OpenError, Report, read_witnesses, verify_files};

const FOUND: u8 = 1;
const USAGE: u8 = 2;

#[derive(Parser)]
#[command(version, about = "Checks exports of the hub's audit without the hub.")]
struct Arguments {
    /// Exports, as `pmh-sim audit export` writes them. Several bear witness against each other.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Signed heads that a municipality or the eligibility system kept.
    #[arg(long, value_name = "FILE")]
    witness: Vec<PathBuf>,
    /// One JSON object per export.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Err(error) => {
            eprintln!("audit-verify: {error}");
            ExitCode::from(USAGE)
        }
        Ok(reports) => {
            for (path, report) in arguments.files.iter().zip(&reports) {
                let file = path.display().to_string();
                if arguments.json {
                    println!("{}", report.to_json(&file));
                } else {
                    print!("{file}: {report}");
                }
            }
            if reports.iter().all(Report::verifies) { ExitCode::SUCCESS } else { ExitCode::from(FOUND) }
        }
    }
}

fn run(arguments: &Arguments) -> Result<Vec<Report>, OpenError> {
    let mut witnesses = Vec::new();
    for path in &arguments.witness {
        witnesses.extend(read_witnesses(path)?);
    }
    verify_files(&arguments.files, &witnesses)
}
