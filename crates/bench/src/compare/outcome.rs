//! What `bench compare` found, and what it is held to.

use serde::Serialize;

/// The last line of `--json`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    pub people: usize,
    /// By `wrk`: the generator's own cost does not lower the floor.
    pub floor_per_second: f64,
    /// The least and the most of all looks at it. Where they are far apart the machine was not the same for all figures.
    pub floor_range: (f64, f64),
    pub fsync_us: f64,
    pub sqlite: OnDatabase,
    pub postgres: OnDatabase,
    /// The worse of both databases, here and below.
    pub growth: f64,
    pub visit_to_hub: f64,
    pub register: Register,
    pub rss_anon_mb: f64,
    pub generator_to_wrk: f64,
    /// Throughput of two hubs on one PostgreSQL, on one core as the one hub is, over that of one.
    pub two_hubs: f64,
    pub environment: Environment,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnDatabase {
    pub per_second: f64,
    pub to_floor: f64,
    /// Of hub and database together.
    pub cpu_us_per_query: f64,
    pub lone_p50_us: f64,
    pub floor_lone_p50_us: f64,
    pub half_rate_p99_ms: f64,
    /// At the same rate.
    pub floor_half_rate_p99_ms: f64,
    /// How long one of a hundred waits for the disk of the folder, which takes its turn with hub and floor. The hub is idle
    /// meanwhile but for its housekeeping. A database that was named may have another disk.
    pub disk_p99_ms: f64,
    /// For how long that disk stood still in the hub's rounds, of all of them; nothing where it cannot be seen.
    pub disk_still_ms: Option<f64>,
    /// Microseconds for one query.
    pub cpu_us: Cpu,
    /// Of one round at full load.
    pub cpu_seconds: Cpu,
    pub growth: f64,
    pub visit_to_hub: f64,
    pub register: Register,
    pub rss_anon_mb: f64,
    pub fill_seconds: f64,
    /// As the database tells them.
    pub settings: Vec<(String, String)>,
}

/// Of each process.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Cpu {
    pub hub: f64,
    /// Nothing where it is part of the hub, or not ours to look at.
    pub database: f64,
    pub generator: f64,
}

/// Rows as a municipality sends them.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Register {
    pub rows_per_second: f64,
    pub to_bulk_insert: f64,
}

impl Register {
    #[must_use]
    pub fn worse_of(self, other: Self) -> Self {
        Self {
            rows_per_second: self.rows_per_second.min(other.rows_per_second),
            to_bulk_insert: self.to_bulk_insert.min(other.to_bulk_insert),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    pub cpu: String,
    pub cores: usize,
    pub pinning: String,
    pub version: &'static str,
    pub seconds: u64,
    /// Of these, what the host of a virtual machine kept its cores from it, all together.
    pub stolen_seconds: f64,
}

/// A figure against what is asked of it.
#[derive(Clone, Debug)]
pub struct Row {
    pub figure: &'static str,
    pub database: &'static str,
    pub must: f64,
    pub aim: f64,
    pub found: f64,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// More is better.
    Ratio,
    RowsPerSecond,
    /// Less is better.
    Us,
    Ms,
    Mb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Aim,
    Must,
    Missed,
}

impl Row {
    pub fn verdict(&self) -> Verdict {
        let holds = |bound: f64| match self.unit {
            Unit::Ratio | Unit::RowsPerSecond => self.found >= bound,
            Unit::Us | Unit::Ms | Unit::Mb => self.found <= bound,
        };
        match (holds(self.aim), holds(self.must)) {
            (true, true) => Verdict::Aim,
            (false, true) => Verdict::Must,
            _ => Verdict::Missed,
        }
    }

    pub fn shown(&self, value: f64) -> String {
        match self.unit {
            Unit::Ratio => format!("{value:.2}"),
            Unit::RowsPerSecond => format!("{value:.0} /s"),
            Unit::Us => format!("{value:.0} µs"),
            Unit::Ms => format!("{value:.2} ms"),
            Unit::Mb => format!("{value:.0} MB"),
        }
    }
}

impl Outcome {
    pub fn rows(&self) -> Vec<Row> {
        let databases = [("PostgreSQL", &self.postgres), ("SQLite", &self.sqlite)];
        let mut rows = Vec::new();
        for (database, found) in databases {
            let (must, aim) = if database == "SQLite" { (0.20, 0.35) } else { (0.25, 0.40) };
            let ratio =
                |figure, must, aim, found| Row { figure, database, must, aim, found, unit: Unit::Ratio };
            let lone = |more| found.floor_lone_p50_us + 2.0 * self.fsync_us + more;
            let p99 = |times, fsyncs| times * found.floor_half_rate_p99_ms + fsyncs * self.fsync_us / 1_000.0;
            rows.extend([
                ratio("throughput / floor", must, aim, found.to_floor),
                Row {
                    figure: "lone client p50",
                    database,
                    must: lone(300.0),
                    aim: lone(150.0),
                    found: found.lone_p50_us,
                    unit: Unit::Us,
                },
                Row {
                    figure: "p99 at half of the maximum rate",
                    database,
                    must: p99(4.0, 5.0),
                    aim: p99(2.0, 3.0),
                    found: found.half_rate_p99_ms,
                    unit: Unit::Ms,
                },
                ratio("10,000 → N people, throughput kept", 0.80, 0.95, found.growth),
                ratio("whole clinic path / hub alone", 0.4, 0.6, found.visit_to_hub),
                Row {
                    figure: "hub's RssAnon at full load",
                    database,
                    must: 200.0,
                    aim: 100.0,
                    found: found.rss_anon_mb,
                    unit: Unit::Mb,
                },
                Row {
                    figure: "registration to \"numbered\"",
                    database,
                    must: 5_000.0,
                    aim: 15_000.0,
                    found: found.register.rows_per_second,
                    unit: Unit::RowsPerSecond,
                },
                ratio("the same / bulk insert", 0.10, 0.25, found.register.to_bulk_insert),
            ]);
        }
        rows.push(Row {
            figure: "load generator / wrk",
            database: "floor",
            must: 0.4,
            aim: 0.6,
            found: self.generator_to_wrk,
            unit: Unit::Ratio,
        });
        rows
    }

    pub fn misses(&self) -> bool {
        self.rows().iter().any(|row| row.verdict() == Verdict::Missed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_database() -> OnDatabase {
        OnDatabase {
            per_second: 40_000.0,
            to_floor: 0.4,
            cpu_us_per_query: 25.0,
            lone_p50_us: 410.0,
            floor_lone_p50_us: 60.0,
            half_rate_p99_ms: 2.3,
            floor_half_rate_p99_ms: 1.0,
            disk_p99_ms: 0.1,
            disk_still_ms: Some(12.0),
            cpu_us: Cpu::default(),
            cpu_seconds: Cpu::default(),
            growth: 0.95,
            visit_to_hub: 0.6,
            register: Register { rows_per_second: 15_000.0, to_bulk_insert: 0.25 },
            rss_anon_mb: 100.0,
            fill_seconds: 1.0,
            settings: Vec::new(),
        }
    }

    fn outcome() -> Outcome {
        let environment = Environment {
            cpu: String::new(),
            cores: 2,
            pinning: String::new(),
            version: "",
            seconds: 1,
            stolen_seconds: 0.0,
        };
        Outcome {
            people: 1_000_000,
            floor_per_second: 100_000.0,
            floor_range: (90_000.0, 110_000.0),
            fsync_us: 100.0,
            sqlite: on_database(),
            postgres: on_database(),
            growth: 0.95,
            visit_to_hub: 0.6,
            register: on_database().register,
            rss_anon_mb: 100.0,
            generator_to_wrk: 0.6,
            two_hubs: 0.9,
            environment,
        }
    }

    #[test]
    fn whatever_stands_exactly_at_an_aim_reaches_it() {
        let reached = outcome();
        for row in reached.rows() {
            assert_eq!(row.verdict(), Verdict::Aim, "{} {}", row.figure, row.database);
        }
        assert!(!reached.misses());
    }

    #[test]
    fn each_figure_beyond_its_must_is_a_miss_and_between_the_two_is_none() {
        type Change = fn(&mut Outcome);
        let changes: [(Change, Change); 9] = [
            (|one| one.postgres.to_floor = 0.25, |one| one.postgres.to_floor = 0.249),
            (|one| one.sqlite.to_floor = 0.20, |one| one.sqlite.to_floor = 0.199),
            (|one| one.sqlite.lone_p50_us = 560.0, |one| one.sqlite.lone_p50_us = 561.0),
            (|one| one.postgres.half_rate_p99_ms = 4.5, |one| one.postgres.half_rate_p99_ms = 4.51),
            (|one| one.sqlite.growth = 0.8, |one| one.sqlite.growth = 0.79),
            (|one| one.sqlite.visit_to_hub = 0.4, |one| one.sqlite.visit_to_hub = 0.39),
            (|one| one.postgres.rss_anon_mb = 200.0, |one| one.postgres.rss_anon_mb = 201.0),
            (
                |one| one.sqlite.register = Register { rows_per_second: 5_000.0, to_bulk_insert: 0.1 },
                |one| one.sqlite.register.rows_per_second = 4_999.0,
            ),
            (|one| one.generator_to_wrk = 0.4, |one| one.generator_to_wrk = 0.39),
        ];
        for (at, (good, bad)) in changes.into_iter().enumerate() {
            let (mut must, mut missed) = (outcome(), outcome());
            good(&mut must);
            bad(&mut missed);
            assert!(must.rows().iter().any(|row| row.verdict() == Verdict::Must), "{at}");
            assert!(!must.misses() && missed.misses(), "{at}");
        }
    }

    #[test]
    fn the_last_line_has_the_members_that_were_agreed_on() {
        let line = serde_json::to_value(outcome()).unwrap();
        for name in
            ["people", "floorPerSecond", "fsyncUs", "growth", "visitToHub", "rssAnonMb", "generatorToWrk"]
        {
            assert!(line[name].is_number(), "{name}");
        }
        for database in ["sqlite", "postgres"] {
            for name in [
                "perSecond",
                "toFloor",
                "cpuUsPerQuery",
                "loneP50Us",
                "floorLoneP50Us",
                "halfRateP99Ms",
                "floorHalfRateP99Ms",
            ] {
                assert!(line[database][name].is_number(), "{database}.{name}");
            }
        }
        for name in ["rowsPerSecond", "toBulkInsert"] {
            assert!(line["register"][name].is_number(), "{name}");
        }
    }
}
