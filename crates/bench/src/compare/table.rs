//! The outcome as a table, for people and for `bench/README.md`.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use super::outcome::{OnDatabase, Outcome, Verdict};

/// Everything that is asked, then what stands beside it.
pub fn table(outcome: &Outcome) -> String {
    let mut table = plain(&["figure", "on", "must", "aim", "found", ""]);
    for row in outcome.rows() {
        let verdict = match row.verdict() {
            Verdict::Aim => "aim reached",
            Verdict::Must => "must reached",
            Verdict::Missed => "MISSED",
        };
        let bound = |value| row.shown(value);
        table.add_row([
            row.figure,
            row.database,
            &bound(row.must),
            &bound(row.aim),
            &bound(row.found),
            verdict,
        ]);
    }
    right(&mut table, 2..5);
    format!("{table}\n\n{}\n\n{}", beside(outcome), around(outcome))
}

fn beside(outcome: &Outcome) -> Table {
    let mut table = plain(&["", "PostgreSQL", "SQLite"]);
    let (postgres, sqlite) = (&outcome.postgres, &outcome.sqlite);
    let mut add = |name: &str, shown: &dyn Fn(&OnDatabase) -> String| {
        table.add_row([name, &shown(postgres), &shown(sqlite)]);
    };
    add("queries a second", &|found| format!("{:.0}", found.per_second));
    let cpu = |us: f64, seconds: f64| format!("{us:.1} µs a query, {seconds:.2} s");
    add("CPU of the hub", &|found| cpu(found.cpu_us.hub, found.cpu_seconds.hub));
    add("CPU of the database's processes", &|found| cpu(found.cpu_us.database, found.cpu_seconds.database));
    add("CPU of the generator", &|found| cpu(found.cpu_us.generator, found.cpu_seconds.generator));
    add("lone client p50 at the floor", &|found| format!("{:.0} µs", found.floor_lone_p50_us));
    add("p99 of the floor at the same rate", &|found| format!("{:.2} ms", found.floor_half_rate_p99_ms));
    add("p99 of the folder's disk, in turn with them", &|found| format!("{:.2} ms", found.disk_p99_ms));
    add("that disk stood still in the hub's rounds", &|found| {
        found.disk_still_ms.map_or_else(|| "not seen".to_owned(), |ms| format!("{ms:.0} ms"))
    });
    add("writing the population", &|found| format!("{:.0} s", found.fill_seconds));
    add("settings", &|found| {
        let settings: Vec<_> = found.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        settings.join(" ")
    });
    right(&mut table, 1..3);
    table
}

fn around(outcome: &Outcome) -> String {
    let environment = &outcome.environment;
    format!(
        "floor (wrk): {:.0} a second, in all looks {:.0} to {:.0}; fdatasync of 4 KiB: {:.0} µs; two hubs on one PostgreSQL \
         over one, on one core: {:.2}\n\
         {} people; {} cores, {}; {}; {} s in all, {:.1} s of a core stolen by the machine's host",
        outcome.floor_per_second,
        outcome.floor_range.0,
        outcome.floor_range.1,
        outcome.fsync_us,
        outcome.two_hubs,
        outcome.people,
        environment.cores,
        environment.cpu,
        environment.pinning,
        environment.seconds,
        environment.stolen_seconds
    )
}

fn plain(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(head);
    table
}

fn right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in table.column_iter_mut().skip(columns.start).take(columns.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
