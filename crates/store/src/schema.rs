//! What a party says of its tables and roles.

use crate::{Database, Migration, Store, StoreError, postgres, sqlite};

/// The role that owns schema and tables and runs migrations. Every schema has it, listed or not.
pub const OWNER: &str = "owner";

/// Tables and roles of one party.
#[derive(Clone, Copy, Debug)]
pub struct PartySchema {
    pub party: &'static str,
    pub migrations: &'static [Migration],
    pub roles: &'static [Role],
}

/// What one part of a party may do. SQLite has no roles: there it is only a name.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    pub name: &'static str,
    pub plans: Plans,
    /// `GRANT … TO {role}`; `{schema}` and the names of other roles stand for the real ones, too. Given anew
    /// at every start, after all grants of the role were withdrawn, so what is written here is all it has.
    pub grants: &'static [&'static str],
}

/// How PostgreSQL finds the rows of a role's statements. SQLite is told by the statements themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plans {
    /// As its statistics make it seem best.
    Estimated,
    /// By key. The planner, whose statistics may be of a table that was empty, would rather read ten thousand routes from
    /// end to end for sixty-four of them: two milliseconds instead of a quarter.
    ByKey,
}

impl PartySchema {
    /// Makes what is missing: the file, or roles and schema, then the tables. Harmless to repeat, and safe when
    /// two programs do it at once.
    pub async fn prepare(&self, database: &Database) -> Result<(), StoreError> {
        match database {
            Database::Sqlite { folder } => sqlite::prepare(self, folder).await,
            Database::Postgres { url, world } => postgres::prepare(self, url, world).await,
        }
    }

    /// Takes schema and roles away, with everything in them. Nothing on SQLite, whose file goes with its folder.
    pub async fn remove(&self, database: &Database) -> Result<(), StoreError> {
        match database {
            Database::Sqlite { .. } => Ok(()),
            Database::Postgres { url, world } => {
                postgres::remove(url, &postgres::Names::new(self, world)?).await
            }
        }
    }

    /// Opens at most `connections` connections that run as `role`. The database has been prepared.
    pub async fn open(&self, database: &Database, role: &str, connections: u32) -> Result<Store, StoreError> {
        let plans = match self.roles.iter().find(|known| known.name == role) {
            Some(known) => known.plans,
            None if role == OWNER => Plans::Estimated,
            None => return Err(StoreError::Usage(format!("{} has no role \"{role}\"", self.party))),
        };
        match database {
            Database::Sqlite { folder } => sqlite::open(self, folder, connections).await,
            Database::Postgres { url, world } => {
                postgres::open(url, &postgres::Names::new(self, world)?, (role, plans), connections).await
            }
        }
    }
}
