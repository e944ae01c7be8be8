//! Attacks with the databases' own programs.

mod attacker;
mod log;
mod moved;
mod repointed;
mod rolled_back;
