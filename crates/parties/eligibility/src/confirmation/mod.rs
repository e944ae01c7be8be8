//! Confirmation: an institution presents a patient's card.

pub(crate) mod confirm;
pub(crate) mod together;
