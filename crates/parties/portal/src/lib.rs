//! The citizen portal: binds a pseudonym and reads by it.
