//! What the hub's tables take at most: sealed rows of a partition copied into empty ones, and nothing else.

use anyhow::{Result, ensure};
use pmh_domain::Stopwatch;
use pmh_store::{Database, Store, Tx, batches, on_connection};
use sqlx::{AssertSqlSafe, Row};

use super::{DESK, OSAKA};

/// Rows of each table in one transaction: as many people as a chunk of 1,000 rows has at three rows a person.
const AT_ONCE: usize = 1_000;

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
}

use Kind::{Bytes, Number, Text};

enum Cell {
    Number(i64),
    Text(String),
    Bytes(Option<Vec<u8>>),
}

struct Table {
    name: &'static str,
    columns: &'static [(&'static str, Kind)],
}

const KEYS: [Table; 2] = [
    Table { name: "identity_key", columns: KEY },
    Table { name: "subsidy_key", columns: KEY },
];

const KEY: &[(&str, Kind)] =
    &[("municipality_code", Text), ("key_version", Number), ("wrapped", Bytes), ("state", Number)];

/// In the order in which registration and numbering write them.
const ROWS: [Table; 4] = [
    Table {
        name: "person",
        columns: &[
            ("municipality_code", Text),
            ("person", Number),
            ("number_tag", Bytes),
            ("identity", Bytes),
            ("pmh_id", Bytes),
            ("numbering", Number),
            ("spelled", Number),
            ("awaiting", Number),
            ("task", Bytes),
            ("version", Number),
            ("key_version", Number),
        ],
    },
    Table {
        name: "certificate",
        columns: &[
            ("municipality_code", Text),
            ("person", Number),
            ("certificate", Number),
            ("sealed", Bytes),
            ("version", Number),
            ("key_version", Number),
        ],
    },
    Table {
        name: "answer",
        columns: &[
            ("municipality_code", Text),
            ("person", Number),
            ("sealed", Bytes),
            ("version", Number),
            ("key_version", Number),
        ],
    },
    Table {
        name: "route",
        columns: &[("pmh_tag", Bytes), ("municipality_code", Text), ("person", Number), ("mac", Bytes)],
    },
];

/// How many certificates were inserted with everything that belongs to them, and in how many milliseconds.
pub(crate) async fn insert(from: &Database, into: &Database) -> Result<(u64, u64)> {
    let from = pmh_hub::SCHEMA.open(from, DESK, 1).await?;
    pmh_hub::SCHEMA.prepare(into).await?;
    let into = pmh_hub::SCHEMA.open(into, DESK, 1).await?;
    for table in &KEYS {
        write(&into, &[(table, &read(&from, table).await?)]).await?;
    }
    let mut rows = Vec::new();
    for table in &ROWS {
        rows.push(read(&from, table).await?);
    }
    let certificates = rows[1].len();
    ensure!(rows.iter().all(|rows| !rows.is_empty()), "nothing was registered");
    let turns = certificates.div_ceil(AT_ONCE);
    let watch = Stopwatch::start();
    for turn in 0..turns {
        let share = |rows: usize| (rows * turn / turns)..(rows * (turn + 1) / turns);
        let parts: Vec<_> =
            ROWS.iter().zip(&rows).map(|(table, rows)| (table, &rows[share(rows.len())])).collect();
        write(&into, &parts).await?;
    }
    let ms = watch.elapsed_ms();
    from.close().await;
    into.close().await;
    Ok((certificates as u64, ms))
}

async fn read(store: &Store, table: &Table) -> Result<Vec<Vec<Cell>>> {
    let sql = format!(
        "SELECT {} FROM {} WHERE municipality_code = $1 ORDER BY {}",
        names(table),
        table.name,
        if table.columns.iter().any(|(name, _)| *name == "person") { "person" } else { "key_version" },
    );
    let mut tx = store.read().await?;
    tx.for_municipality(OSAKA).await?;
    Ok(on_connection!(&mut tx, conn => {
        let found = sqlx::query(AssertSqlSafe(sql)).bind(OSAKA).fetch_all(conn).await?;
        let cells = |row| {
            table.columns.iter().enumerate().map(|(at, (_, kind))| Ok(match kind {
                Number => Cell::Number(Row::try_get(row, at)?),
                Text => Cell::Text(Row::try_get(row, at)?),
                Bytes => Cell::Bytes(Row::try_get(row, at)?),
            })).collect::<Result<Vec<Cell>, sqlx::Error>>()
        };
        found.iter().map(cells).collect::<Result<_, sqlx::Error>>()?
    }))
}

/// All in one transaction.
async fn write(store: &Store, parts: &[(&Table, &[Vec<Cell>])]) -> Result<()> {
    let mut tx = store.write().await?;
    tx.for_municipality(OSAKA).await?;
    for (table, rows) in parts {
        for range in batches(rows.len()) {
            write_batch(&mut tx, table, &rows[range]).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn write_batch(tx: &mut Tx, table: &Table, rows: &[Vec<Cell>]) -> Result<()> {
    let width = table.columns.len();
    let group = |row: usize| {
        let places: Vec<String> = (1..=width).map(|at| format!("${}", row * width + at)).collect();
        format!("({})", places.join(","))
    };
    let groups: Vec<String> = (0..rows.len()).map(group).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES {}", table.name, names(table), groups.join(","));
    let sql = tx.in_order(sql);
    on_connection!(tx, conn => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for cell in rows.iter().flatten() {
            query = match cell {
                Cell::Number(number) => query.bind(*number),
                Cell::Text(text) => query.bind(text),
                Cell::Bytes(bytes) => query.bind(bytes.as_deref()),
            };
        }
        query.execute(conn).await?;
    });
    Ok(())
}

fn names(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
