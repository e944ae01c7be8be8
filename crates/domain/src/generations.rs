//! Generations of one certificate, and the rows of one file.
//!
//! A certificate of one program and type that is renewed keeps its type and gets another 履歴キー: each such
//! record is a generation. Nothing published says what may overlap or in which order records come, so all that
//! is found here is *assumed* to be worth a warning and never a refusal, but for a row that stands twice.

use crate::{
    certificate::{Certificate, HistoryKey, Validity},
    date::Date,
    individual_number::IndividualNumber,
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

/// What makes two rows of a file the same: person, program, certificate type and history key. The later of the two is
/// at fault. A row that was refused does not count: the corrected one behind it is no duplicate.
///
/// Bytes, each part with its length before it, to be tagged under a key: they hold an Individual Number.
pub struct RowKey(Vec<u8>);

personal!(RowKey);

impl RowKey {
    pub fn of(number: &IndividualNumber, certificate: &Certificate) -> Self {
        let parts = [
            number.expose(),
            certificate.program.as_str(),
            certificate.certificate_type.as_str(),
            certificate.history_key.expose(),
        ];
        let length: usize = parts.iter().map(|part| part.len() + size_of::<u32>()).sum();
        let mut bytes = Vec::with_capacity(length);
        for part in parts {
            let length = u32::try_from(part.len()).expect("each part has at most some hundred characters");
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(bytes)
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
