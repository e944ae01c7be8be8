//! Whole stories over several parties.

mod binding;
mod faulty_numbering;
mod hidden;
mod numbering;
mod visit;
