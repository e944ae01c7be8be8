//! Users at the door itself: a hub that runs, real TLS, certificates of municipalities and their terminals.

mod accounts;
mod audit;
mod matrix;
mod scope;
mod sign_in;
mod stand;
mod terminals;
mod without_users;
