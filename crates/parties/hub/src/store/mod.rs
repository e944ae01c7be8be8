//! All SQL of the hub. One file per table or pair of tables; every statement on a partitioned table names
//! the municipality, because SQLite has no row-level security (checked by the tidy test).

pub(crate) mod answers;
pub(crate) mod asked;
pub(crate) mod audit;
pub(crate) mod bindings;
pub(crate) mod certificates;
pub(crate) mod chunks;
pub(crate) mod epochs;
pub(crate) mod erased;
pub(crate) mod erasing;
pub(crate) mod erasures;
pub(crate) mod file_rows;
pub(crate) mod joins;
pub(crate) mod key_life;
pub(crate) mod keys;
pub(crate) mod movements;
pub(crate) mod municipalities;
pub(crate) mod people;
pub(crate) mod resealing;
pub(crate) mod results;
pub(crate) mod reviews;
pub(crate) mod routes;
pub(crate) mod sealed_settings;
pub(crate) mod sessions;
pub(crate) mod standing;
pub(crate) mod submitters;
pub(crate) mod tasks;
pub(crate) mod unrouted;
pub(crate) mod users;

use std::fmt::Write;

use pmh_store::{Migration, PartySchema, Plans, Role};

/// Tables and roles of the hub.
///
/// *desk* serves registration and numbering, bound to one municipality a transaction by row-level security.
/// *query* serves the eligibility and portal doors and has no grant on anything of the identity area.
pub const SCHEMA: PartySchema = PartySchema {
    party: "hub",
    migrations: &[
        Migration {
            version: 1,
            name: "hub",
            sqlite: include_str!("../../migrations/sqlite/0001_hub.sql"),
            postgres: include_str!("../../migrations/postgres/0001_hub.sql"),
        },
        Migration {
            version: 2,
            name: "users",
            sqlite: include_str!("../../migrations/sqlite/0002_users.sql"),
            postgres: include_str!("../../migrations/postgres/0002_users.sql"),
        },
        Migration {
            version: 3,
            name: "erasure",
            sqlite: include_str!("../../migrations/sqlite/0003_erasure.sql"),
            postgres: include_str!("../../migrations/postgres/0003_erasure.sql"),
        },
        Migration {
            version: 4,
            name: "tasks",
            sqlite: include_str!("../../migrations/sqlite/0004_tasks.sql"),
            postgres: include_str!("../../migrations/postgres/0004_tasks.sql"),
        },
        Migration {
            version: 5,
            name: "file rows",
            sqlite: include_str!("../../migrations/sqlite/0005_file_rows.sql"),
            postgres: include_str!("../../migrations/postgres/0005_file_rows.sql"),
        },
        Migration {
            version: 6,
            name: "numbering",
            sqlite: include_str!("../../migrations/sqlite/0006_numbering.sql"),
            postgres: include_str!("../../migrations/postgres/0006_numbering.sql"),
        },
        Migration {
            version: 7,
            name: "operation_review",
            sqlite: include_str!("../../migrations/sqlite/0007_operation_review.sql"),
            postgres: include_str!("../../migrations/postgres/0007_operation_review.sql"),
        },
        Migration {
            version: 8,
            name: "key life",
            sqlite: include_str!("../../migrations/sqlite/0008_key_life.sql"),
            postgres: include_str!("../../migrations/postgres/0008_key_life.sql"),
        },
        Migration {
            version: 9,
            name: "audit_cut",
            sqlite: include_str!("../../migrations/sqlite/0009_audit_cut.sql"),
            postgres: include_str!("../../migrations/postgres/0009_audit_cut.sql"),
        },
        Migration {
            version: 10,
            name: "erased",
            sqlite: include_str!("../../migrations/sqlite/0010_erased.sql"),
            postgres: include_str!("../../migrations/postgres/0010_erased.sql"),
        },
        Migration {
            version: 11,
            name: "layout",
            sqlite: include_str!("../../migrations/sqlite/0011_layout.sql"),
            postgres: include_str!("../../migrations/postgres/0011_layout.sql"),
        },
        Migration {
            version: 12,
            name: "pages",
            sqlite: include_str!("../../migrations/sqlite/0012_pages.sql"),
            postgres: include_str!("../../migrations/postgres/0012_pages.sql"),
        },
    ],
    roles: &[
        Role {
            name: DESK,
            plans: Plans::Estimated,
            grants: &[
                "GRANT SELECT, INSERT, UPDATE ON municipality, routing_key, partition_counter TO {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON identity_key, identity_index_key, subsidy_key, audit_key, \
                 hub_process TO {role}",
                "GRANT SELECT, UPDATE ON key_generation TO {role}",
                "GRANT SELECT, INSERT ON destroyed_key TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON sealed_setting TO {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON person, certificate, answer, route, \
                 registration_task, registration_chunk, registration_result TO {role}",
                "GRANT SELECT, INSERT, DELETE ON registration_row TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON user_counter TO {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON user_account TO {role}",
                "GRANT SELECT, INSERT, DELETE ON user_session TO {role}",
                "GRANT SELECT, INSERT, DELETE ON user_movement, registration_submitter, operation_review TO {role}",
                "GRANT SELECT ON binding TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON joined TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON erasure TO {role}",
                "GRANT SELECT, INSERT ON erasure_count, erased TO {role}",
                "GRANT SELECT, INSERT, DELETE ON unrouted TO {role}",
                "GRANT INSERT ON unbinding TO {role}",
                "GRANT SELECT, INSERT, DELETE ON audit TO {role}",
                "GRANT SELECT, INSERT ON audit_cut TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON checkpoint TO {role}",
            ],
        },
        Role {
            name: QUERY,
            plans: Plans::ByKey,
            grants: &[
                "GRANT SELECT ON subsidy_key, audit_key, routing_key, route, answer, joined TO {role}",
                "GRANT SELECT, INSERT, DELETE ON binding TO {role}",
                "GRANT SELECT, DELETE ON unbinding TO {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON epoch TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON epoch_counter TO {role}",
                "GRANT SELECT, INSERT, DELETE ON used_key TO {role}",
                "GRANT SELECT, INSERT ON audit TO {role}",
                "GRANT SELECT ON audit_cut TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON checkpoint TO {role}",
            ],
        },
    ],
};

/// Role of the registration door and of numbering.
pub(crate) const DESK: &str = "desk";
/// Role of the eligibility and portal doors.
pub(crate) const QUERY: &str = "query";

/// Runs one statement and maps every row. The body is checked once per database.
macro_rules! fetch {
    ($tx:expr, $sql:expr, [$($bind:expr),* $(,)?], $row:ident => $map:expr) => {
        pmh_store::on_connection!($tx, conn => {
            let rows = sqlx::query($sql)$(.bind($bind))*.fetch_all(conn).await?;
            let mut mapped = Vec::with_capacity(rows.len());
            for $row in &rows {
                mapped.push($map);
            }
            mapped
        })
    };
}

/// Runs one statement with a list of rows or values bound in order after the fixed binds.
macro_rules! fetch_list {
    ($tx:expr, $sql:expr, [$($bind:expr),* $(,)?], $list:expr, |$query:ident, $item:ident| $push:expr, $row:ident => $map:expr) => {{
        let sql = $tx.in_order($sql);
        pmh_store::on_connection!($tx, conn => {
            let mut $query = sqlx::query(sqlx::AssertSqlSafe(sql))$(.bind($bind))*;
            for $item in $list {
                $query = $push;
            }
            let rows = pmh_store::carried_out($list.len(), $query.fetch_all(conn)).await?;
            let mut mapped = Vec::with_capacity(rows.len());
            for $row in &rows {
                mapped.push($map);
            }
            mapped
        })
    }};
}

/// Runs one statement and answers how many rows it touched.
macro_rules! run {
    ($tx:expr, $sql:expr, [$($bind:expr),* $(,)?]) => {
        pmh_store::on_connection!($tx, conn => {
            sqlx::query($sql)$(.bind($bind))*.execute(conn).await?.rows_affected()
        })
    };
}

/// Runs one multi-row statement.
macro_rules! run_list {
    ($tx:expr, $sql:expr, $list:expr, |$query:ident, $item:ident| $push:expr) => {{
        let sql = $tx.in_order($sql);
        pmh_store::on_connection!($tx, conn => {
            let mut $query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for $item in $list {
                $query = $push;
            }
            pmh_store::carried_out($list.len(), $query.execute(conn)).await?.rows_affected()
        })
    }};
}

pub(crate) use {fetch, fetch_list, run, run_list};

/// `($1,$2),($3,$4)…`: `rows` groups of `columns` placeholders. The counts come from fixed batch sizes, so
/// a database sees few texts and keeps them prepared.
pub(crate) fn value_rows(columns: usize, rows: usize) -> String {
    let mut text = String::with_capacity(rows * (columns * 6 + 3));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        push_places(&mut text, row * columns + 1, columns);
        text.push(')');
    }
    text
}

/// `$2,$3,…`: `count` placeholders after the first `fixed` ones, for an `IN` list.
pub(crate) fn in_list(fixed: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 6);
    push_places(&mut text, fixed + 1, count);
    text
}

fn push_places(text: &mut String, first: usize, count: usize) {
    for at in first..first + count {
        let separator = if at == first { "$" } else { ",$" };
        write!(text, "{separator}{at}").expect("a String takes all that is written to it");
    }
}
