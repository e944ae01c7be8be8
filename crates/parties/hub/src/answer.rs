//! What a query door answers from: all certificates of one person in one partition, prepared at
//! registration so that a query opens one value and applies the rule of what is shown.

use std::collections::HashSet;

use pmh_domain::{Certificate, Date, Facts, MunicipalityCode, Shown};
use pmh_store::StoreError;
use pmh_wire::Verbatim;
use pmh_wire::eligibility::Subsidy;
use serde::{Deserialize, Serialize};

/// One certificate of the answer: the facts that decide whether it is shown, and what is shown.
#[derive(Serialize, Deserialize)]
pub(crate) struct Prepared {
    /// `None` in an answer of before it was kept.
    #[serde(default)]
    key: Option<Key>,
    display_order: Option<i64>,
    deleted: bool,
    not_disclosed: bool,
    viewing_stopped: bool,
    valid_from: String,
    valid_to: String,
    forced_expiry: Option<String>,
    /// `None` for a deleted certificate: what was withdrawn is not even at hand.
    subsidy: Option<Subsidy>,
}

/// What a certificate is known by within one municipality.
#[derive(PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Key {
    program: String,
    certificate_type: String,
    history: String,
}

/// The bytes of the answer. Of a deleted certificate it holds the key: the same one may stand under the person's
/// former number.
pub(crate) fn encode(certificates: &[&Certificate], municipality: MunicipalityCode) -> Vec<u8> {
    let prepared: Vec<Prepared> =
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
            program: "hidden".to_owned(),
            certificate_type: "hidden".to_owned(),
            history: "hidden".to_owned(),
        }),
        display_order: None,
        deleted: false,
        not_disclosed: true,
        viewing_stopped: true,
        valid_from: day.clone(),
        valid_to: day,
        forced_expiry: None,
        subsidy: Some(subsidy),
    };
    serde_json::to_vec(&[hidden]).expect("a struct of strings and numbers always serialises")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Prepared>, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| damaged())
}

/// What of these answers is shown on a day, in display order: by number, those without one last, then in
/// the order in which they stand (municipality, person, first registered first).
pub(crate) fn show(prepared: Vec<Prepared>, on: Date) -> Result<Vec<Subsidy>, StoreError> {
    let mut shown = Vec::new();
    for one in prepared {
        if let Shown::Yes = one.facts()?.shown_on(on) {
            let subsidy = one.subsidy.ok_or_else(damaged)?;
            shown.push((one.display_order.unwrap_or(i64::MAX), subsidy));
        }
    }
    shown.sort_by_key(|(order, _)| *order);
    Ok(shown.into_iter().map(|(_, subsidy)| subsidy).collect())
}

/// How the audit tells how many certificates of one person an answer showed: `2 shown`.
pub(crate) const SHOWN: &str = " shown";

pub(crate) fn told(prepared: &[Prepared], on: Date) -> Result<String, StoreError> {
    let mut shown = 0;
    for one in prepared {
        shown += usize::from(one.facts()?.shown_on(on) == Shown::Yes);
    }
    Ok(format!("{shown}{SHOWN}"))
}

/// Takes out of `earlier` what the same municipality registered again as `later`, be it as deleted: one person
/// under two numbers is answered once.
pub(crate) fn replace_older(earlier: &mut Vec<Prepared>, later: &[Prepared]) {
    let later: HashSet<&Key> = later.iter().filter_map(|one| one.key.as_ref()).collect();
    earlier.retain(|one| one.key.as_ref().is_none_or(|key| !later.contains(key)));
}

fn prepare(certificate: &Certificate, municipality: MunicipalityCode) -> Prepared {
    let facts = certificate.facts();
    let key = certificate.key();
    Prepared {
        key: Some(Key {
            program: key.program.as_str().to_owned(),
            certificate_type: key.certificate_type.as_str().to_owned(),
            history: key.history_key.expose().to_owned(),
        }),
        display_order: certificate.display_order,
        deleted: facts.deleted,
        not_disclosed: facts.disclosure == pmh_domain::Disclosure::NotDisclosed,
        viewing_stopped: facts.viewing == pmh_domain::Viewing::Stopped,
        valid_from: facts.validity.from().to_string(),
        valid_to: facts.validity.to().to_string(),
        forced_expiry: facts.forced_expiry.map(|date| date.to_string()),
        subsidy: (!certificate.deleted).then(|| Subsidy::from_certificate(certificate, municipality)),
    }
}

impl Prepared {
    fn facts(&self) -> Result<Facts, StoreError> {
        use pmh_domain::{Disclosure, Validity, Viewing};
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
