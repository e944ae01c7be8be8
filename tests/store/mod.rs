//! The store crate on both databases.

mod awake;
mod copies;
mod files;
mod migrations;
mod note;
mod roles;
mod same_tables;
mod together;
mod transactions;
