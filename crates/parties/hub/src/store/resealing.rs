//! Rows under an older key version, of every table with sealed values: counted, read in pages, written back.
//! One list of tables, so that one that is forgotten here is seen: its foreign key keeps the old version for ever.

use pmh_store::{StoreError, Tx};
use pmh_wire::KeyArea;
use sqlx::{AssertSqlSafe, Row};

use crate::store::epochs::HUB_PARTITION;
use crate::store::{fetch, fetch_list, run_list};

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Bytes,
    Text,
}

pub(crate) struct SealedTable {
    pub(crate) name: &'static str,
    /// The table that the values were sealed for, where that has another name.
    pub(crate) place: &'static str,
    /// The primary key after the municipality; the value's place names the row by the bytes of all its parts.
    key: &'static [(&'static str, Kind)],
    pub(crate) columns: &'static [&'static str],
    /// Whether the row's version is part of the place.
    is_versioned: bool,
    /// Rows in one transaction: a few milliseconds' work.
    rows: usize,
    /// Whether the query role writes it.
    pub(crate) is_of_query: bool,
}

const fn table(
    name: &'static str,
    key: &'static [(&'static str, Kind)],
    columns: &'static [&'static str],
) -> SealedTable {
    SealedTable { name, place: name, key, columns, is_versioned: false, rows: 64, is_of_query: false }
}

/// Of some hundred rows of a file each.
const CHUNK: &[(&str, Kind)] = &[("task", Kind::Bytes), ("chunk", Kind::Number)];

const IDENTITY: &[SealedTable] = &[
    SealedTable {
        is_versioned: true,
        ..table("person", &[("person", Kind::Number)], &["identity", "pmh_id"])
    },
    table("registration_task", &[("task", Kind::Bytes)], &["file_name"]),
    SealedTable { rows: 4, ..table("registration_chunk", CHUNK, &["sealed"]) },
    SealedTable { rows: 4, ..table("registration_result", CHUNK, &["sealed"]) },
    SealedTable { is_versioned: true, ..table("user_account", &[("account", Kind::Number)], &["sealed"]) },
    table("erasure", &[("erasure", Kind::Bytes)], &["pending"]),
];
const SUBSIDY: &[SealedTable] = &[
    SealedTable {
        is_versioned: true,
        ..table("certificate", &[("person", Kind::Number), ("certificate", Kind::Number)], &["sealed"])
    },
    SealedTable { is_versioned: true, ..table("answer", &[("person", Kind::Number)], &["sealed"]) },
];
const OF_THE_HUB: &[SealedTable] = &[
    SealedTable { is_of_query: true, ..table("epoch", &[("epoch", Kind::Number)], &["sealed"]) },
    SealedTable { place: "setting", ..table("sealed_setting", &[("name", Kind::Text)], &["sealed"]) },
];

/// What stands under the ring of this area.
pub(crate) fn tables_of(partition: &str, area: KeyArea) -> &'static [SealedTable] {
    match area {
        KeyArea::Identity => IDENTITY,
        KeyArea::Subsidy if partition == HUB_PARTITION => OF_THE_HUB,
        KeyArea::Subsidy => SUBSIDY,
    }
}

#[derive(Clone)]
enum Value {
    Number(i64),
    Bytes(Vec<u8>),
    Text(String),
}

/// Where a reading goes on: after this row of the table.
#[derive(Clone)]
pub(crate) struct RowKey(Vec<Value>);

impl RowKey {
    /// As the places of sealed values name a row.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &self.0 {
            match part {
                Value::Number(number) => bytes.extend_from_slice(&number.to_be_bytes()),
                Value::Bytes(part) => bytes.extend_from_slice(part),
                Value::Text(part) => bytes.extend_from_slice(part.as_bytes()),
            }
        }
        bytes
    }
}

pub(crate) struct OldRow {
    pub(crate) key: RowKey,
    pub(crate) key_version: i64,
    pub(crate) version: i64,
    /// As the columns of the table.
    pub(crate) sealed: Vec<Option<Vec<u8>>>,
}

macro_rules! bind {
    ($query:ident, $value:expr) => {
        match $value {
            Value::Number(number) => $query.bind(*number),
            Value::Bytes(bytes) => $query.bind(bytes.as_slice()),
            Value::Text(text) => $query.bind(text.as_str()),
        }
    };
}

impl SealedTable {
    /// (key version, rows)
    pub(crate) async fn count(&self, tx: &mut Tx, partition: &str) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = format!(
            "SELECT key_version, COUNT(*) FROM {} WHERE municipality_code = $1 AND key_version IS NOT NULL \
             GROUP BY key_version",
            self.name
        );
        Ok(fetch!(
            tx,
            AssertSqlSafe(sql.as_str()),
            [partition],
            row => (row.try_get(0)?, row.try_get(1)?)
        ))
    }

    /// The next rows that are not under this version, in the order of the key.
    pub(crate) async fn list_old(
        &self,
        tx: &mut Tx,
        partition: &str,
        primary: i64,
        after: Option<&RowKey>,
    ) -> Result<Vec<OldRow>, StoreError> {
        let keys: Vec<&str> = self.key.iter().map(|(name, _)| *name).collect();
        let keys = keys.join(", ");
        let beyond = after.map_or(String::new(), |after| {
            format!(" AND ({keys}) > ({})", crate::store::in_list(2, after.0.len()))
        });
        let version = if self.is_versioned { "version" } else { "CAST(0 AS BIGINT)" };
        let sql = format!(
            "SELECT key_version, {version}, {keys}, {} FROM {} \
             WHERE municipality_code = $1 AND key_version <> $2{beyond} ORDER BY {keys} LIMIT {}",
            self.columns.join(", "),
            self.name,
            self.rows
        );
        let parts: &[Value] = after.map_or(&[], |after| &after.0);
        Ok(fetch_list!(tx, sql, [partition, primary], parts, |query, part| bind!(query, part),
            row => {
                let mut key = Vec::with_capacity(self.key.len());
                for (at, (_, kind)) in self.key.iter().enumerate() {
                    key.push(match kind {
                        Kind::Number => Value::Number(row.try_get(2 + at)?),
                        Kind::Bytes => Value::Bytes(row.try_get(2 + at)?),
                        Kind::Text => Value::Text(row.try_get(2 + at)?),
                    });
                }
                let mut sealed = Vec::with_capacity(self.columns.len());
                for at in 0..self.columns.len() {
                    sealed.push(row.try_get(2 + key.len() + at)?);
                }
                OldRow { key: RowKey(key), key_version: row.try_get(0)?, version: row.try_get(1)?, sealed }
            }
        ))
    }

    /// Writes the values sealed anew, unless somebody has written the row meanwhile. The row's own version stays:
    /// what it says has not changed. `false`: it was written by somebody else.
    pub(crate) async fn replace(
        &self,
        tx: &mut Tx,
        (partition, primary): (&str, i64),
        old: &OldRow,
        sealed: &[Option<Vec<u8>>],
    ) -> Result<bool, StoreError> {
        let mut values =
            vec![Value::Text(partition.to_owned()), Value::Number(primary), Value::Number(old.key_version)];
        let mut place = |value: Value| {
            values.push(value);
            values.len()
        };
        let mut set = vec!["key_version = $2".to_owned()];
        let mut only = vec!["municipality_code = $1".to_owned(), "key_version = $3".to_owned()];
        for ((column, before), after) in self.columns.iter().zip(&old.sealed).zip(sealed) {
            if let (Some(before), Some(after)) = (before, after) {
                set.push(format!("{column} = ${}", place(Value::Bytes(after.clone()))));
                only.push(format!("{column} = ${}", place(Value::Bytes(before.clone()))));
            }
        }
        for ((name, _), part) in self.key.iter().zip(&old.key.0) {
            only.push(format!("{name} = ${}", place(part.clone())));
        }
        let sql = format!("UPDATE {} SET {} WHERE {}", self.name, set.join(", "), only.join(" AND "));
        Ok(run_list!(tx, sql, &values, |query, value| bind!(query, value)) == 1)
    }
}
