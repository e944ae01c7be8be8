//! The world: population, personas, seed, topology, demo.

pub mod backup;
pub mod crowd;
pub mod demo;
mod faulty;
pub mod first_users;
pub mod fixtures;
pub mod generate;
pub mod leak_scan;
pub mod municipalities;
mod names;
pub mod numbers;
mod ownership;
pub mod personas;
pub mod population;
mod records;
pub mod scheme;
pub mod scheme_files;
pub mod seed;
pub mod topology;
pub mod world;
mod world_door;
