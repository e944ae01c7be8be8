//! What a query door answers from: all certificates of one person in one partition, prepared at
//! registration so that a query opens one value and applies the rule of what is shown.

use std::borrow::Cow;
use std::collections::HashSet;

use pmh_domain::{Certificate, Date, Disclosure, Facts, MunicipalityCode, Shown, Validity, Viewing};
use pmh_store::StoreError;
use pmh_wire::Verbatim;
use pmh_wire::eligibility::Subsidy;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One certificate of the answer: the facts that decide whether it is shown, and what is shown.
#[derive(Serialize, Deserialize)]
struct Prepared<'a, S> {
    /// `None` in an answer of before it was kept.
    #[serde(default, borrow)]
    key: Option<Key<'a>>,
    display_order: Option<i64>,
    deleted: bool,
    not_disclosed: bool,
    viewing_stopped: bool,
    #[serde(borrow)]
    valid_from: Cow<'a, str>,
    #[serde(borrow)]
    valid_to: Cow<'a, str>,
    #[serde(borrow)]
    forced_expiry: Option<Cow<'a, str>>,
    /// `None` for a deleted certificate: what was withdrawn is not even at hand.
    subsidy: Option<S>,
}

/// What a certificate is known by within one municipality.
#[derive(PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Key<'a> {
    #[serde(borrow)]
    program: Cow<'a, str>,
    #[serde(borrow)]
    certificate_type: Cow<'a, str>,
    #[serde(borrow)]
    history: Cow<'a, str>,
}

/// One certificate as it is on a day.
pub(crate) struct Judged<'a> {
    key: Option<Key<'a>>,
    display_order: i64,
    /// The JSON of a [`Subsidy`], as it was sealed.
    shown: Option<&'a RawValue>,
}

/// The bytes of the answer. Of a deleted certificate it holds the key: the same one may stand under the person's
/// former number.
pub(crate) fn encode(certificates: &[&Certificate], municipality: MunicipalityCode) -> Vec<u8> {
    let prepared: Vec<Prepared<'_, Subsidy>> =
        certificates.iter().map(|certificate| prepare(certificate, municipality)).collect();
    serde_json::to_vec(&prepared).expect("a struct of strings and numbers always serialises")
}

/// An answer of usual size with one certificate, shown on no day.
pub(crate) fn encode_hidden() -> Vec<u8> {
    let day = "2000-01-01".to_owned();
    let verbatim = |json: &str| Verbatim::from_text(json.to_owned()).expect("it is JSON");
    let subsidy = Subsidy {
        municipality_code: "000000".to_owned(),
        program_id: "hidden".to_owned(),
        certification_name: "非表示の受給者証".to_owned(),
        medical_subsidy_insurer_number: Some("00000000".to_owned()),
        medical_subsidy_recipient_number: Some("0000000".to_owned()),
        segment: None,
        income_segment: None,
        designated_medical_institutions: None,
        is_always_reimbursement: "0".to_owned(),
        max_copayment_amount: Some(verbatim(r#"{"perDay":500,"daysPerMonth":2}"#)),
        valid_from: day.clone(),
        valid_to: day.clone(),
        certification_detail: verbatim("[]"),
    };
    let hidden = Prepared {
        key: Some(Key {
            program: Cow::Borrowed("hidden"),
            certificate_type: Cow::Borrowed("hidden"),
            history: Cow::Borrowed("hidden"),
        }),
        display_order: None,
        deleted: false,
        not_disclosed: true,
        viewing_stopped: true,
        valid_from: Cow::Owned(day.clone()),
        valid_to: Cow::Owned(day),
        forced_expiry: None,
        subsidy: Some(subsidy),
    };
    serde_json::to_vec(&[hidden]).expect("a struct of strings and numbers always serialises")
}

/// The certificates in these bytes, and which of them the rule shows on a day.
pub(crate) fn judge(bytes: &[u8], on: Date) -> Result<Vec<Judged<'_>>, StoreError> {
    // Looked through for what is no text once, and not string by string and again for what is shown.
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let prepared: Vec<Prepared<'_, &RawValue>> = serde_json::from_str(text).map_err(|_| damaged())?;
    prepared.into_iter().map(|one| one.judge(on)).collect()
}

/// What of these certificates is shown, in display order: by number, those without one last, then in the order in
/// which they stand (municipality, person, first registered first).
pub(crate) fn show(mut judged: Vec<Judged<'_>>) -> Vec<&RawValue> {
    judged.sort_by_key(|one| one.display_order);
    judged.into_iter().filter_map(|one| one.shown).collect()
}

/// How the audit tells how many certificates of one person an answer showed: `2 shown`.
pub(crate) const SHOWN: &str = " shown";

pub(crate) fn told(judged: &[Judged<'_>]) -> String {
    let shown = judged.iter().filter(|one| one.shown.is_some()).count();
    format!("{shown}{SHOWN}")
}

/// Takes out of `earlier` what the same municipality registered again as `later`, be it as deleted: one person
/// under two numbers is answered once.
pub(crate) fn replace_older(earlier: &mut Vec<Judged<'_>>, later: &[Judged<'_>]) {
    let later: HashSet<&Key<'_>> = later.iter().filter_map(|one| one.key.as_ref()).collect();
    earlier.retain(|one| one.key.as_ref().is_none_or(|key| !later.contains(key)));
}

fn prepare(certificate: &Certificate, municipality: MunicipalityCode) -> Prepared<'_, Subsidy> {
    let facts = certificate.facts();
    let key = certificate.key();
    Prepared {
        key: Some(Key {
            program: Cow::Owned(key.program.as_str().to_owned()),
            certificate_type: Cow::Owned(key.certificate_type.as_str().to_owned()),
            history: Cow::Owned(key.history_key.expose().to_owned()),
        }),
        display_order: certificate.display_order,
        deleted: facts.deleted,
        not_disclosed: facts.disclosure == Disclosure::NotDisclosed,
        viewing_stopped: facts.viewing == Viewing::Stopped,
        valid_from: Cow::Owned(facts.validity.from().to_string()),
        valid_to: Cow::Owned(facts.validity.to().to_string()),
        forced_expiry: facts.forced_expiry.map(|date| Cow::Owned(date.to_string())),
        subsidy: (!certificate.deleted).then(|| Subsidy::from_certificate(certificate, municipality)),
    }
}

impl<'a> Prepared<'a, &'a RawValue> {
    fn judge(self, on: Date) -> Result<Judged<'a>, StoreError> {
        let shown = match self.facts()?.shown_on(on) {
            Shown::Yes => Some(self.subsidy.ok_or_else(damaged)?),
            Shown::No(_) => None,
        };
        Ok(Judged { key: self.key, display_order: self.display_order.unwrap_or(i64::MAX), shown })
    }

    fn facts(&self) -> Result<Facts, StoreError> {
        Ok(Facts {
            deleted: self.deleted,
            disclosure: if self.not_disclosed { Disclosure::NotDisclosed } else { Disclosure::Disclosed },
            viewing: if self.viewing_stopped { Viewing::Stopped } else { Viewing::Allowed },
            validity: Validity::new(date(&self.valid_from)?, date(&self.valid_to)?).map_err(|_| damaged())?,
            forced_expiry: self.forced_expiry.as_deref().map(date).transpose()?,
        })
    }
}

fn date(text: &str) -> Result<Date, StoreError> {
    Date::parse(text).map_err(|_| damaged())
}

fn damaged() -> StoreError {
    StoreError::Inconsistent { table: "answer", column: "sealed" }
}

#[cfg(test)]
mod tests;
