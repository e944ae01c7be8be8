//! The insurers' intermediate server: numbers each person with a PMH-ID.
