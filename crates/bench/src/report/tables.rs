//! A report as rows of text, for the terminal and for the page.

use serde::Serialize;

use super::{
    Compared, Comparison, Environment, Figure, FindMax, Histogram, Model, Report, Stage, Verdict, Words,
    amount, as_float,
};

#[derive(Serialize)]
pub(super) struct Table {
    pub(super) title: &'static str,
    /// Empty where the title says enough.
    pub(super) note: String,
    /// Empty in a list of names and values.
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Row {
    /// The first one names the row.
    pub(super) cells: Vec<String>,
    pub(super) mark: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    Plain,
    Good,
    Bad,
}

const QUANTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)];

/// Those that have something to show, the most asked for first.
pub(super) fn tables(report: &Report, words: &Words) -> Vec<Table> {
    let all = [
        expectations(report, words),
        latency(report, words),
        outcomes(report, words),
        stages(report, words),
        report.find_max.as_ref().map_or_else(Table::empty, |search| find_max(search, words)),
        report.baseline.as_ref().map_or_else(Table::empty, |comparison| baseline(comparison, words)),
        report.baseline.as_ref().map_or_else(Table::empty, |comparison| differences(comparison, words)),
        environment(&report.environment, words),
    ];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// What was asked of the server, and how much of it was done.
pub(super) fn headline(report: &Report, words: &Words) -> Vec<Row> {
    let bad_if = |is_bad: bool| if is_bad { Mark::Bad } else { Mark::Plain };
    let counted = |name: &str, count: u64, mark| Row::of(mark, [name.to_owned(), amount::count(count)]);
    let rate = format!("{}{}", amount::rate(report.throughput()), words.per_second);
    let mut rows = vec![Row::plain([words.throughput.to_owned(), rate])];
    if report.corrected.count() > 0 {
        let quantile = |name: &str, share| {
            Row::plain([name.to_owned(), amount::time(as_float(report.corrected.quantile_us(share)))])
        };
        rows.extend([quantile("p50", 0.5), quantile("p99", 0.99)]);
    }
    rows.extend([
        counted(words.planned, report.planned, Mark::Plain),
        counted(words.sent, report.sent, Mark::Plain),
        counted(words.unsent, report.unsent, bad_if(report.unsent > 0)),
        counted(words.succeeded, report.succeeded(), Mark::Plain),
        counted(words.failed, report.failed(), bad_if(report.failed() > 0)),
    ]);
    if !report.expectations.is_empty() {
        let (all, held) =
            (report.expectations.len(), report.expectations.iter().filter(|judged| judged.held).count());
        let mark = if held == all { Mark::Good } else { Mark::Bad };
        rows.push(Row::of(mark, [words.expectations_held.to_owned(), format!("{held} / {all}")]));
    }
    rows
}

/// One line each: what was run, and when.
pub(super) fn about(report: &Report, words: &Words) -> [String; 2] {
    let model = match &report.model {
        Model::Open { rate_per_second, curve } => {
            let rate = format!("{} {}{}", words.open, amount::rate(*rate_per_second), words.per_second);
            curve.as_ref().map_or(rate.clone(), |curve| format!("{rate} ({} {curve})", words.curve))
        }
        Model::Closed { connections } => format!("{} {connections}", words.closed),
    };
    [
        model,
        format!(
            "{} {}, {} {:.0} s, {} {:.0} s",
            words.began, report.began_at, words.warm_up, report.warm_up_s, words.measured, report.seconds
        ),
    ]
}

impl Table {
    fn new(title: &'static str, header: &[&str], rows: Vec<Row>) -> Self {
        let header = header.iter().map(|&name| name.to_owned()).collect();
        Self { title, note: String::new(), header, rows }
    }

    fn noted(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    fn empty() -> Self {
        Self::new("", &[], Vec::new())
    }
}

impl Row {
    fn of(mark: Mark, cells: impl Into<Vec<String>>) -> Self {
        Self { cells: cells.into(), mark }
    }

    fn plain(cells: impl Into<Vec<String>>) -> Self {
        Self::of(Mark::Plain, cells)
    }
}

fn quantile_names() -> impl Iterator<Item = &'static str> {
    QUANTILES.iter().map(|(name, _)| *name)
}

/// Count, mean, the quantiles, max: dashes where nothing was recorded.
fn figures(name: &str, latency: &Histogram) -> Vec<String> {
    let mut cells = vec![name.to_owned(), amount::count(latency.count())];
    let mut add = |us: f64| {
        cells.push(if latency.count() == 0 { amount::NONE.to_owned() } else { amount::time(us) });
    };
    add(latency.mean_us());
    for (_, share) in QUANTILES {
        add(as_float(latency.quantile_us(share)));
    }
    add(as_float(latency.max_us()));
    cells
}

fn figures_header(first: &'static str, words: &Words) -> Vec<&'static str> {
    [first, words.count, words.mean].into_iter().chain(quantile_names()).chain([words.max]).collect()
}

fn latency(report: &Report, words: &Words) -> Table {
    let rows = [(words.corrected, &report.corrected), (words.naive, &report.naive)];
    let rows = rows.map(|(name, latency)| Row::plain(figures(name, latency)));
    Table::new(words.latencies, &figures_header("", words), rows.into()).noted(words.latency_note)
}

fn outcomes(report: &Report, words: &Words) -> Table {
    let ended = report.succeeded() + report.failed();
    let rows = report.outcomes.iter().map(|outcome| {
        let share = if ended == 0 { 0.0 } else { as_float(outcome.count) / as_float(ended) };
        let latency = &outcome.latency;
        let of = |us| if latency.count() == 0 { amount::NONE.to_owned() } else { amount::time(as_float(us)) };
        Row::of(
            if outcome.succeeded { Mark::Good } else { Mark::Bad },
            [
                outcome.name.clone(),
                amount::count(outcome.count),
                amount::percent(share),
                of(latency.quantile_us(0.5)),
                of(latency.quantile_us(0.99)),
                of(latency.max_us()),
                (if outcome.succeeded { words.succeeded } else { words.failed }).to_owned(),
            ],
        )
    });
    let header = [words.outcome, words.count, words.share, "p50", "p99", words.max, words.verdict];
    Table::new(words.outcomes, &header, rows.collect())
}

fn stages(report: &Report, words: &Words) -> Table {
    let name = |stage| match stage {
        Stage::Mint => words.mint,
        Stage::Connect => words.connect,
        Stage::Send => words.send,
        Stage::FirstByte => words.first_byte,
        Stage::Body => words.body,
    };
    let rows =
        report.stages.iter().map(|measured| Row::plain(figures(name(measured.stage), &measured.latency)));
    Table::new(words.stages, &figures_header(words.stage, words), rows.collect()).noted(words.stages_note)
}

fn held(held: bool, words: &Words) -> (Mark, String) {
    if held {
        (Mark::Good, format!("✓ {}", words.held))
    } else {
        (Mark::Bad, format!("✗ {}", words.missed))
    }
}

fn expectations(report: &Report, words: &Words) -> Table {
    let rows = report.expectations.iter().map(|judged| {
        let (mark, verdict) = held(judged.held, words);
        Row::of(mark, [judged.text.clone(), judged.found.clone(), verdict])
    });
    Table::new(words.expectations, &[words.expectation, words.found, words.verdict], rows.collect())
}

fn find_max(search: &FindMax, words: &Words) -> Table {
    let rows = search.steps.iter().map(|step| {
        let (mark, verdict) = held(step.held, words);
        let rate = format!("{}{}", amount::rate(step.rate_per_second), words.per_second);
        Row::of(mark, [rate, amount::time(as_float(step.p99_us)), verdict])
    });
    let limit = format!("p99 ≤ {}", amount::time(as_float(search.p99_limit_us)));
    let found = match search.best {
        Some(rate) => format!("{} {}{}", words.find_max_best, amount::rate(rate), words.per_second),
        None => words.find_max_none.to_owned(),
    };
    Table::new(words.find_max, &[words.rate, "p99", words.verdict], rows.collect()).noted(&(limit + &found))
}

fn baseline(comparison: &Comparison, words: &Words) -> Table {
    let rows = comparison.figures.iter().map(|compared| compared_row(compared, words));
    let header = [words.figure, words.before, words.after, words.ratio, words.verdict];
    Table::new(words.baseline, &header, rows.collect())
        .noted(&format!("{}: {}", words.before, comparison.began_at))
}

fn compared_row(compared: &Compared, words: &Words) -> Row {
    let (name, shown): (_, fn(f64) -> String) = match compared.figure {
        Figure::Throughput => (words.throughput, amount::rate),
        Figure::P50 => ("p50", amount::time),
        Figure::P99 => ("p99", amount::time),
    };
    let (mark, verdict) = match compared.verdict {
        Verdict::WithinNoise => (Mark::Plain, words.within_noise),
        Verdict::Better => (Mark::Good, words.better),
        Verdict::Worse => (Mark::Bad, words.worse),
        Verdict::TooShort => (Mark::Plain, words.too_short),
    };
    Row::of(
        mark,
        [
            name.to_owned(),
            shown(compared.before),
            shown(compared.after),
            compared.ratio.map_or_else(|| amount::NONE.to_owned(), |ratio| format!("× {ratio:.3}")),
            verdict.to_owned(),
        ],
    )
}

fn differences(comparison: &Comparison, words: &Words) -> Table {
    let rows = comparison.differences.iter().map(|difference| {
        Row::plain([difference.what.clone(), difference.before.clone(), difference.after.clone()])
    });
    Table::new(words.differences, &["", words.before, words.after], rows.collect())
}

fn environment(environment: &Environment, words: &Words) -> Table {
    let durability: Vec<String> =
        environment.durability.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let host = if environment.host_is_loopback { words.loopback } else { words.elsewhere };
    let rows = [
        (words.cpu, environment.cpu.clone()),
        (words.cores, environment.cores.to_string()),
        (words.os, environment.os.clone()),
        (words.database, format!("{} {}", environment.database, environment.database_version)),
        (words.durability, durability.join(", ")),
        (words.population, amount::count(environment.population)),
        (words.host, host.to_owned()),
        (words.version, environment.version.clone()),
        (words.commit, environment.commit.clone()),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.trim().is_empty());
    Table::new(
        words.environment,
        &[],
        rows.map(|(name, value)| Row::plain([name.to_owned(), value])).collect(),
    )
}
