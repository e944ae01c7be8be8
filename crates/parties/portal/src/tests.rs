//! The portal through its own doors, between a hub and an eligibility system that are only just there.

mod binding;
mod cards;
mod introduction;
mod login;
mod residue;
mod start;
mod support;
