//! All SQL of the online eligibility verification system. Values arrive here sealed or as blind tags.

pub(crate) mod cards;
pub(crate) mod holders;
pub(crate) mod keys;
pub(crate) mod linkings;
pub(crate) mod witness;

use pmh_store::{Migration, PartySchema, Plans, Role};

/// The role that serves every door, but for what [`RECEPTION`] does.
pub(crate) const APP: &str = "app";

/// The role that looks presented cards up, and does nothing else.
pub(crate) const RECEPTION: &str = "reception";

/// The schema of the OQS: one partition, two roles.
pub const SCHEMA: PartySchema = PartySchema {
    party: "eligibility",
    migrations: &[
        Migration {
            version: 1,
            name: "cards",
            sqlite: include_str!("../../migrations/sqlite/0001_cards.sql"),
            postgres: include_str!("../../migrations/postgres/0001_cards.sql"),
        },
        Migration {
            version: 2,
            name: "card-life",
            sqlite: include_str!("../../migrations/sqlite/0002_card_life.sql"),
            postgres: include_str!("../../migrations/postgres/0002_card_life.sql"),
        },
        Migration {
            version: 3,
            name: "witness",
            sqlite: include_str!("../../migrations/sqlite/0003_witness.sql"),
            postgres: include_str!("../../migrations/postgres/0003_witness.sql"),
        },
    ],
    roles: &[
        Role {
            name: APP,
            plans: Plans::Estimated,
            grants: &[
                "GRANT SELECT, INSERT ON data_key, index_key TO {role}",
                "GRANT SELECT, INSERT, UPDATE ON holder, card, linking, witness TO {role}",
            ],
        },
        Role {
            name: RECEPTION,
            plans: Plans::ByKey,
            grants: &[
                "GRANT SELECT (serial_tag, linking_tag, state, valid_to, version) ON card TO {role}",
                "GRANT SELECT (linking_tag, insurance) ON holder TO {role}",
                "GRANT SELECT (linking_tag, pmh_id, version) ON linking TO {role}",
            ],
        },
    ],
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
