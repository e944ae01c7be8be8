//! Whole stories over several parties.

mod audit;
mod binding;
mod bulk;
mod cards;
mod erasure;
mod faulty_numbering;
mod hidden;
mod history;
mod key_life;
mod numbering;
mod numbers;
mod retention;
mod rush;
mod schemes;
mod visit;
