//! Tables, columns and keys of a party as a database tells them, to compare the two.

use std::collections::{BTreeMap, BTreeSet};

use pmh_store::{OWNER, PartySchema, Store, Tx, on_connection};

use super::TestDatabase;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// In the order of the table.
    columns: Vec<Column>,
    primary_key: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    foreign_keys: BTreeSet<ForeignKey>,
}

#[derive(Debug, PartialEq, Eq)]
struct Column {
    name: String,
    /// Of the portable three: `BIGINT`, `TEXT`, `BYTEA`.
    kind: String,
    not_null: bool,
}

/// Columns, and the table they point to.
type ForeignKey = (Vec<String>, String);

/// The migrations of both databases describe the same tables.
pub(crate) async fn assert_same_tables(schema: &PartySchema) {
    let sqlite = describe(&TestDatabase::sqlite(), schema).await;
    let postgres = describe(&TestDatabase::postgres().await, schema).await;
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>(), "{}", schema.party);
    for (name, table) in &sqlite {
        assert_eq!(table, &postgres[name], "{}.{name}: SQLite left, PostgreSQL right", schema.party);
    }
}

/// Prepares the schema and describes every table by its name.
pub(crate) async fn describe(place: &TestDatabase, schema: &PartySchema) -> BTreeMap<String, Table> {
    schema.prepare(place.database()).await.unwrap();
    let store = schema.open(place.database(), OWNER, 1).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for (table, name, kind, not_null) in columns(&mut tx).await {
        let kind = portable(&kind);
        tables.entry(table).or_default().columns.push(Column { name, kind, not_null: not_null == 1 });
    }
    for (table, column) in primary_keys(&mut tx).await {
        tables.get_mut(&table).unwrap().primary_key.push(column);
    }
    for ((table, _), columns) in grouped(unique_keys(&mut tx).await) {
        tables.get_mut(&table).unwrap().unique.insert(columns);
    }
    for ((table, key), columns) in grouped(foreign_keys(&mut tx).await) {
        let target = key.rsplit(' ').next().unwrap().to_owned();
        tables.get_mut(&table).unwrap().foreign_keys.insert((columns, target));
    }
    drop(tx);
    store.close().await;
    tables
}

fn portable(kind: &str) -> String {
    match kind {
        "INTEGER" | "bigint" => "BIGINT",
        "BLOB" | "bytea" => "BYTEA",
        "TEXT" | "text" => "TEXT",
        other => panic!("{other} is not in the portable subset"),
    }
    .to_owned()
}

/// Rows of (table, key, column) in the order of columns.
fn grouped(rows: Vec<(String, String, String)>) -> BTreeMap<(String, String), Vec<String>> {
    let mut keys: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (table, key, column) in rows {
        keys.entry((table, key)).or_default().push(column);
    }
    keys
}

/// (table, column, type, not null).
async fn columns(tx: &mut Tx) -> Vec<(String, String, String, i64)> {
    let sql = match tx {
        Tx::Sqlite { .. } => {
            "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' ORDER BY t.name, c.cid"
        }
        Tx::Postgres(_) => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT), \
                    CASE is_nullable WHEN 'NO' THEN CAST(1 AS BIGINT) ELSE 0 END \
               FROM information_schema.columns WHERE table_schema = current_schema() \
              ORDER BY table_name, ordinal_position"
        }
    };
    on_connection!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await.unwrap())
}

/// (table, column).
async fn primary_keys(tx: &mut Tx) -> Vec<(String, String)> {
    let sql = match tx {
        Tx::Sqlite { .. } => {
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND c.pk > 0 ORDER BY t.name, c.pk"
        }
        Tx::Postgres(_) => {
            "SELECT CAST(k.table_name AS TEXT), CAST(k.column_name AS TEXT) \
               FROM information_schema.table_constraints c \
               JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) \
              WHERE c.constraint_schema = current_schema() AND c.constraint_type = 'PRIMARY KEY' \
              ORDER BY k.table_name, k.ordinal_position"
        }
    };
    on_connection!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await.unwrap())
}

/// (table, name of the key, column), without primary keys.
async fn unique_keys(tx: &mut Tx) -> Vec<(String, String, String)> {
    let sql = match tx {
        Tx::Sqlite { .. } => {
            "SELECT t.name, i.name, c.name \
               FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c \
              WHERE t.type = 'table' AND i.\"unique\" = 1 AND i.origin <> 'pk' ORDER BY 1, 2, c.seqno"
        }
        Tx::Postgres(_) => {
            "SELECT CAST(t.relname AS TEXT), CAST(i.relname AS TEXT), CAST(a.attname AS TEXT) \
               FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
               CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(column_number, place) \
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number \
              WHERE t.relnamespace = CAST(current_schema() AS regnamespace) \
                AND x.indisunique AND NOT x.indisprimary ORDER BY 1, 2, k.place"
        }
    };
    on_connection!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await.unwrap())
}

/// (table, some name of the key that ends in a space and the table it points to, column).
async fn foreign_keys(tx: &mut Tx) -> Vec<(String, String, String)> {
    let sql = match tx {
        Tx::Sqlite { .. } => {
            "SELECT t.name, f.id || ' ' || f.\"table\", f.\"from\" \
               FROM sqlite_schema t, pragma_foreign_key_list(t.name) f \
              WHERE t.type = 'table' ORDER BY 1, 2, f.seq"
        }
        Tx::Postgres(_) => {
            "SELECT CAST(t.relname AS TEXT), c.conname || ' ' || target.relname, CAST(a.attname AS TEXT) \
               FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid \
               JOIN pg_class target ON target.oid = c.confrelid \
               CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(column_number, place) \
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number \
              WHERE c.connamespace = CAST(current_schema() AS regnamespace) AND c.contype = 'f' \
              ORDER BY 1, 2, k.place"
        }
    };
    on_connection!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await.unwrap())
}

/// Every text that a prepared database says of itself, to see that a second preparation changes nothing.
pub(crate) async fn applied_migrations(store: &Store) -> Vec<(i64, String, i64)> {
    let mut tx = store.read().await.unwrap();
    on_connection!(&mut tx, conn => sqlx::query_as(
        "SELECT version, name, applied_ms FROM schema_version ORDER BY version")
        .fetch_all(conn).await.unwrap())
}
