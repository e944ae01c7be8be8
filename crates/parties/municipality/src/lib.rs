//! The municipal registration system: the part that a vendor replaces.
