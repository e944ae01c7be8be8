//! Attacks with the databases' own programs.

mod attacker;
mod injection;
mod log;
mod moved;
mod principals;
mod repointed;
mod rolled_back;
mod sessions;
mod stolen;
