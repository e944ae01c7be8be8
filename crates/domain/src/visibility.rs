//! Which certificates are shown to an institution and to the citizen.
//!
//! The rows are tried from the top, the first that holds decides; `–` means that it does not matter.
//!
//! | deleted | disclosure | viewing | forced expiry | day | decision |
//! |---|---|---|---|---|---|
//! | yes | – | – | – | – | hidden: [`Deleted`](WhyHidden::Deleted) |
//! | no | not disclosed | – | – | – | hidden: [`NotDisclosed`](WhyHidden::NotDisclosed) |
//! | no | disclosed | stopped | – | – | hidden: [`ViewingStopped`](WhyHidden::ViewingStopped) |
//! | no | disclosed | allowed | on that day or before | – | hidden: [`ForciblyExpired`](WhyHidden::ForciblyExpired) |
//! | no | disclosed | allowed | none or later | before the validity | hidden: [`NotYetValid`](WhyHidden::NotYetValid) |
//! | no | disclosed | allowed | none or later | after the validity | hidden: [`Lapsed`](WhyHidden::Lapsed) |
//! | no | disclosed | allowed | none or later | within the validity | shown |
//!
//! The seeds name the flags and dates (001:251, 001:264) and not their meaning. *Assumed*: a forced
//! expiry hides from its day on, a validity includes both its days, and both control flags hide from
//! institution and citizen alike.

use crate::{
    certificate::{Certificate, Disclosure, Validity, Viewing},
    date::Date,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Yes,
    No(WhyHidden),
}

/// For audit and for the municipality that owns the certificate. It must not reach an answer: to
/// institutions and citizens every hidden certificate is simply not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyHidden {
    Deleted,
    NotDisclosed,
    ViewingStopped,
    ForciblyExpired,
    NotYetValid,
    Lapsed,
}

/// What of a certificate decides whether it is shown. Apart from the certificate, so that a prepared
/// answer can carry these facts beside what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub deleted: bool,
    pub disclosure: Disclosure,
    pub viewing: Viewing,
    pub validity: Validity,
    pub forced_expiry: Option<Date>,
}

impl Facts {
    /// `on` is the day in Japan, by the virtual clock.
    pub fn shown_on(&self, on: Date) -> Shown {
        if self.deleted {
            Shown::No(WhyHidden::Deleted)
        } else if self.disclosure == Disclosure::NotDisclosed {
            Shown::No(WhyHidden::NotDisclosed)
        } else if self.viewing == Viewing::Stopped {
            Shown::No(WhyHidden::ViewingStopped)
        } else if self.forced_expiry.is_some_and(|expiry| on >= expiry) {
            Shown::No(WhyHidden::ForciblyExpired)
        } else if on < self.validity.from() {
            Shown::No(WhyHidden::NotYetValid)
        } else if on > self.validity.to() {
            Shown::No(WhyHidden::Lapsed)
        } else {
            Shown::Yes
        }
    }
}

/// The decision for a whole certificate.
pub fn decide(certificate: &Certificate, on: Date) -> Shown {
    certificate.facts().shown_on(on)
}

#[cfg(test)]
mod tests;
