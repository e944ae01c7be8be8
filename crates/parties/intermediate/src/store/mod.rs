//! All SQL of the intermediate server. Values arrive here sealed or as blind tags.

pub(crate) mod joins;
pub(crate) mod keys;
pub(crate) mod numbers;
pub(crate) mod outbox;
pub(crate) mod people;
pub(crate) mod spelling;

use pmh_store::{Migration, PartySchema, Plans, Role};

/// The role that serves every door.
pub(crate) const APP: &str = "app";

/// The schema of the intermediate server: one partition, one role.
pub const SCHEMA: PartySchema = PartySchema {
    party: "intermediate",
    migrations: &[
        Migration {
            version: 1,
            name: "people",
            sqlite: include_str!("../../migrations/sqlite/0001_people.sql"),
            postgres: include_str!("../../migrations/postgres/0001_people.sql"),
        },
        Migration {
            version: 2,
            name: "numbers",
            sqlite: include_str!("../../migrations/sqlite/0002_numbers.sql"),
            postgres: include_str!("../../migrations/postgres/0002_numbers.sql"),
        },
    ],
    roles: &[Role {
        name: APP,
        plans: Plans::Estimated,
        grants: &[
            "GRANT SELECT, INSERT ON data_key, index_key TO {role}",
            "GRANT SELECT, UPDATE ON person_counter TO {role}",
            "GRANT SELECT, INSERT, UPDATE ON person TO {role}",
            "GRANT SELECT, INSERT ON pmh_id, former_number TO {role}",
            "GRANT SELECT, INSERT, UPDATE ON pmh_join TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON linking_outbox, spelled_otherwise TO {role}",
        ],
    }],
};

/// `rows` groups of `columns` placeholders, numbered through: `($1, $2), ($3, $4)`.
fn groups(rows: usize, columns: usize) -> String {
    (0..rows)
        .map(|row| format!("({})", placeholders(row * columns + 1, columns)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `count` placeholders from `$first` on: `$3, $4, $5`.
fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
