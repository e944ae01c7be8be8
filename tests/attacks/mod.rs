//! What somebody can do who holds the hub's database, with `sqlite3` and `psql` themselves, and what principals that no
//! door is for and texts that are statements can do at the doors. Which attack is refused and which is found, on which
//! database: the table in `docs/SECURITY.md`.

mod attacker;
mod injection;
mod log;
mod moved;
mod principals;
mod repointed;
mod rolled_back;
mod sessions;
mod stolen;
