//! The world: population, personas, seed, topology, demo.
