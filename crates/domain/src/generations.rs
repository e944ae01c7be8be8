//! Generations of one certificate.
//!
//! A certificate of one program and type that is renewed keeps its type and gets another 履歴キー: each such
//! record is a generation. Nothing published says what may overlap or in which order records come, so all that
//! is found here is *assumed* to be worth a warning and never a refusal.

use crate::{
    certificate::{Certificate, HistoryKey, Validity},
    date::Date,
};

/// History keys of the other generations that are valid on some day on which this one is.
///
/// Deleted certificates, certificates of other programs or types and the stored state of `of` itself (the same
/// history key) are passed over, so all of a person's certificates may be given.
pub fn overlapping<'a>(
    of: &Certificate,
    others: impl IntoIterator<Item = &'a Certificate>,
) -> Vec<&'a HistoryKey> {
    let Some(own) = period(of) else { return Vec::new() };
    let overlaps = |other: &&Certificate| {
        period(other).is_some_and(|other| own.from() <= other.to() && other.from() <= own.to())
    };
    others
        .into_iter()
        .filter(|other| is_other_generation(of, other))
        .filter(overlaps)
        .map(|other| &other.history_key)
        .collect()
}

/// Whether a newer generation was there before this one: its validity begins later.
pub fn is_out_of_order<'a>(of: &Certificate, others: impl IntoIterator<Item = &'a Certificate>) -> bool {
    !of.deleted
        && others.into_iter().any(|other| {
            is_other_generation(of, other) && !other.deleted && other.validity.from() > of.validity.from()
        })
}

/// Whether a deletion comes after `stored` could already be shown somewhere, so that somebody may have relied
/// on it. `today` is the day in Japan by the virtual clock.
pub fn is_late_retraction(stored: &Certificate, today: Date) -> bool {
    period(stored).is_some_and(|period| period.from() < today)
}

fn is_other_generation(of: &Certificate, other: &Certificate) -> bool {
    other.program == of.program
        && other.certificate_type == of.certificate_type
        && other.history_key != of.history_key
}

/// The days on which a certificate is valid. A forced expiry ends it on the day before; `None` if no day is
/// left, or it is deleted. Control flags hide a certificate and do not end it.
fn period(certificate: &Certificate) -> Option<Validity> {
    let validity = certificate.validity;
    let last =
        certificate.forced_expiry.map_or(validity.to(), |expiry| validity.to().min(expiry.add_days(-1)));
    if certificate.deleted { None } else { Validity::new(validity.from(), last).ok() }
}

#[cfg(test)]
mod tests;
