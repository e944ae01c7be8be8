//! `demo`: every exchange in order, every step checked, a table at the end.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pmh_service::Exchange;
use pmh_simulator::demo::{self, Event, Step, Summary};
use serde_json::json;

use super::up::WorldOptions;
use crate::Output;
use crate::exit::{self, Failure};
use crate::logging::Captured;
use crate::table::table;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim demo
  pmh-sim demo --json | tail -1
  pmh-sim demo --database postgres://postgres@localhost/postgres

Exits with 0 only if every step came out as it must.")]
pub(crate) struct Demo {
    /// Keeps the demo's world here; without it a temporary folder is used and removed.
    #[arg(long, env = "PMH_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    world: WorldOptions,
}

impl Demo {
    pub(crate) async fn run(self, output: Output, captured: &Captured) -> Result<ExitCode, Failure> {
        let temporary = tempfile::Builder::new().prefix("pmh-sim-demo-").tempdir()?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().join("world"));
        if data.exists() {
            let folder = data.display();
            return Err(Failure::usage(
                format!("「{folder}」はすでにあります。demo は新しいフォルダーで動きます。"),
                format!("{folder} is there already; the demo makes a new folder."),
            ));
        }
        let mut told = Told::new(output, temporary.path().join("output.txt"))?;
        let log = temporary.path().join("log.txt");
        captured.keep_in(std::fs::File::create(&log).map_err(|error| Failure::file(&log, &error))?);
        let options = demo::Options {
            data,
            port: self.world.port.unwrap_or(0),
            host: self.world.host,
            database: self.world.database.clone(),
            keep: self.data.is_some(),
            captured: vec![told.path.clone(), log],
        };
        let summary = demo::run(options, |event| told.event(&event)).await?;
        told.summary(&summary);
        Ok(ExitCode::from(if summary.is_ok() { exit::OK } else { exit::CHECK_FAILED }))
    }
}

/// What was printed, also kept in a file: the leak scan looks through it.
struct Told {
    output: Output,
    path: PathBuf,
    file: std::fs::File,
}

impl Told {
    fn new(output: Output, path: PathBuf) -> Result<Self, Failure> {
        let file = std::fs::File::create(&path).map_err(|error| Failure::file(&path, &error))?;
        Ok(Self { output, path, file })
    }

    fn line(&mut self, line: &str) {
        use std::io::Write;
        // Whoever reads may hang up (`| head`); the demo goes on and its exit code says how it came out.
        let _ = writeln!(std::io::stdout(), "{line}");
        let _ = writeln!(self.file, "{line}");
    }

    fn event(&mut self, event: &Event<'_>) {
        match (event, self.output.json) {
            (Event::Exchange(exchange), true) => {
                let line = json!({
                    "type": "exchange", "from": exchange.from.to_string(), "to": exchange.to,
                    "what": exchange.what, "outcome": exchange.outcome,
                });
                self.line(&line.to_string());
            }
            (Event::Exchange(exchange), false) => self.exchange(exchange),
            (Event::Step(step), true) => self.line(&step_json(step).to_string()),
            (Event::Step(step), false) => self.step(step),
        }
    }

    fn exchange(&mut self, exchange: &Exchange) {
        let from = format!("{}:{}", exchange.from.party, exchange.from.name);
        let line = format!("    {from} → {}  {}  {}", exchange.to, exchange.what, exchange.outcome);
        self.line(&line);
    }

    fn step(&mut self, step: &Step) {
        let mark = if step.is_ok() { "✓" } else { "✗" };
        let text = self.output.language.pick(step.ja, step.en);
        self.line(&format!("{mark} {} – {text}", step.name));
        for (name, value) in &step.findings.detail {
            self.line(&format!("      {name}: {value}"));
        }
        for failure in &step.findings.failures {
            self.line(&format!("      ✗ {failure}"));
        }
        self.line("");
    }

    fn summary(&mut self, summary: &Summary) {
        if self.output.json {
            let line = json!({
                "type": "summary", "ok": summary.is_ok(), "steps": summary.steps.len(),
                "elapsedMs": summary.elapsed_ms,
            });
            self.line(&line.to_string());
            return;
        }
        let language = self.output.language;
        let header =
            [language.pick("段階", "step"), language.pick("内容", "what"), language.pick("結果", "outcome")];
        let mut rows = table(&header);
        for step in &summary.steps {
            let outcome = if step.is_ok() { "✓" } else { "✗" };
            rows.add_row([step.name, language.pick(step.ja, step.en), outcome]);
        }
        self.line(&rows.to_string());
        let verdict = if summary.is_ok() {
            language.pick("すべて正しい結果になりました。", "everything came out as it must.")
        } else {
            language.pick("正しくない結果があります。", "something did not come out as it must.")
        };
        self.line(&format!("{verdict} ({} ms)", summary.elapsed_ms));
    }
}

fn step_json(step: &Step) -> serde_json::Value {
    let mut detail = step.findings.detail.clone();
    if !step.findings.failures.is_empty() {
        detail.insert("failures".to_owned(), json!(step.findings.failures));
    }
    json!({ "type": "step", "name": step.name, "ok": step.is_ok(), "detail": detail })
}
