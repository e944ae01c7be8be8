//! `pmh-sim`: a simulator of Japan's Public Medical Hub. This is the composition root: it alone names every
//! party, the databases and the terminal.

mod commands;
mod exit;
mod language;
mod logging;
mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;
use crate::language::Language;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Simulator of Japan's Public Medical Hub (PMH). 日本の「公費負担医療・医療費助成」情報連携基盤 PMH のシミュレータ。
///
/// Not for production, not the real PMH. 本物の PMH ではありません。本番では使わないでください。
#[derive(Parser)]
#[command(name = "pmh-sim", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  pmh-sim demo                          the whole flow, and every refusal, in a temporary folder
  pmh-sim up                            all six parties on loopback; data in ./pmh-sim-data
  pmh-sim register children.csv --municipality 271004
  pmh-sim visit --card CARD-OSAKA-CHILD --institution 2719910016

Exit codes: 0 ok, 1 the check failed, 2 usage, 11 cannot connect, 12 target refused,
14 environment (database, missing program), 20 internal.")]
struct Arguments {
    /// Language of messages: ja or en. Default: from the locale.
    #[arg(long, global = true, env = "PMH_LANG", value_enum)]
    lang: Option<Language>,
    /// One JSON object a line instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output { language: Language::chosen(arguments.lang), json: arguments.json };
    let captured = logging::start(output.json, arguments.command.captures_its_log());
    pmh_service::log_panics_without_payload(move |reason| {
        exit::tell(output, &exit::Failure::unwritable(reason)).into()
    });
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(output, &exit::Failure::internal(&error)),
    };
    let run = || runtime.block_on(arguments.command.run(output, &captured));
    let outcome = catch_unwind(AssertUnwindSafe(run));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => exit::report(output, &failure),
        // The log has told where.
        Err(_) => ExitCode::from(exit::INTERNAL),
    }
}

/// How to speak to whoever called.
#[derive(Clone, Copy)]
struct Output {
    language: Language,
    json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
