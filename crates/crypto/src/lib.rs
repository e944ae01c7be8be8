//! Sealed values, key rings, blind indexes, linkage keys, epochs and audit lanes. Knows no database.
