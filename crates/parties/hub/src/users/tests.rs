//! Users at the door itself: a hub that runs, real TLS, certificates of municipalities and their terminals.

mod accounts;
mod audit;
mod erasing;
mod logs;
mod matrix;
mod scope;
mod sign_in;
mod stand;
mod targets;
mod terminals;
mod without_users;
