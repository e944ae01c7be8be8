//! Where a world keeps its data.

use std::{fmt, path::PathBuf};

use crate::StoreError;

/// One database for all parties of a world; every party has a file or a schema of its own in it.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// One file per party in this folder.
    Sqlite { folder: PathBuf },
    /// One schema per party. The URL may hold a password.
    Postgres { url: String, world: String },
}

/// Keeps `pmh_<world>_<party>_<role>` within the 63 bytes of a PostgreSQL name.
const WORLD_CHARACTERS_MAX: usize = 32;

impl Database {
    /// `postgres://…` (or `postgresql://…`) is a server, anything else a folder. The name of the world
    /// becomes part of the names of schemas and roles, so that several worlds can share a server.
    pub fn parse(text: &str, world: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            check_world(world)?;
            return Ok(Self::Postgres { url: text.to_owned(), world: world.to_owned() });
        }
        if text.contains("://") {
            // The text is not repeated: it may hold a password.
            return Err(StoreError::Usage(
                "a database is a folder (SQLite) or a postgres:// URL; other schemes are not supported"
                    .to_owned(),
            ));
        }
        if text.is_empty() {
            return Err(StoreError::Usage("the database folder has no name".to_owned()));
        }
        Ok(Self::Sqlite { folder: PathBuf::from(text) })
    }
}

/// Also called before names are put together, because the variants can be built without `parse`.
pub(crate) fn check_world(world: &str) -> Result<(), StoreError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if world.is_empty() || world.len() > WORLD_CHARACTERS_MAX || !world.chars().all(allowed) {
        return Err(StoreError::Usage(format!(
            "the name of a world on PostgreSQL has 1 to {WORLD_CHARACTERS_MAX} of a-z, 0-9, '_' and '-'"
        )));
    }
    Ok(())
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { folder } => f.debug_struct("Sqlite").field("folder", folder).finish(),
            Self::Postgres { world, .. } => {
                f.debug_struct("Postgres").field("url", &format_args!("…")).field("world", world).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_sqlite_and_a_url_is_postgres() {
        let folder = Database::parse("./pmh-sim-data", "world").unwrap();
        assert_eq!(folder, Database::Sqlite { folder: PathBuf::from("./pmh-sim-data") });
        for url in ["postgres://u@h/d", "postgresql://u@%2Frun%2Fpostgresql/d"] {
            let server = Database::parse(url, "world").unwrap();
            assert_eq!(server, Database::Postgres { url: url.to_owned(), world: "world".to_owned() });
        }
    }

    #[test]
    fn another_scheme_is_refused_without_repeating_it() {
        let refused = Database::parse("mysql://u:secret@h/d", "world").unwrap_err();
        assert!(matches!(refused, StoreError::Usage(_)));
        assert!(!refused.to_string().contains("secret"));
    }

    #[test]
    fn a_world_that_is_no_name_is_refused_on_postgres() {
        for world in ["", "World", "a b", "a\"b", "世界", &"w".repeat(33)] {
            assert!(matches!(Database::parse("postgres://h/d", world), Err(StoreError::Usage(_))), "{world}");
        }
    }

    #[test]
    fn debug_does_not_show_the_url() {
        let database = Database::parse("postgres://user:secret@host/db", "world").unwrap();
        let shown = format!("{database:?}");
        assert!(shown.contains("world") && !shown.contains("secret") && !shown.contains("host"), "{shown}");
    }
}
