//! What a query door answers from: all certificates of one person in one partition, prepared at
//! registration so that a query opens one value and applies the rule of what is shown.

use std::borrow::Cow;
use std::collections::HashSet;

use pmh_domain::{Certificate, Date, Disclosure, Facts, MunicipalityCode, Shown, Validity, Viewing};
use pmh_store::StoreError;
use pmh_wire::eligibility::Subsidy;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::compact;

mod former;
mod json;

/// One certificate of the answer: what it is known by, the facts that decide whether it is shown, and what is shown.
#[derive(Serialize, Deserialize)]
struct Prepared<'a> {
    #[serde(borrow)]
    key: Key<'a>,
    display_order: Option<i64>,
    deleted: bool,
    not_disclosed: bool,
    viewing_stopped: bool,
    valid_from: Day,
    valid_to: Day,
    forced_expiry: Option<Day>,
    /// `None` for a deleted certificate: what was withdrawn is not even at hand.
    content: Option<Content<'a>>,
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

/// Year, month, day.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Day(i32, u8, u8);

/// What else there is in a [`Subsidy`]: texts in UTF-8.
#[derive(Serialize, Deserialize)]
struct Content<'a> {
    name: &'a [u8],
    #[serde(borrow)]
    payer_number: Option<&'a [u8]>,
    #[serde(borrow)]
    recipient_number: Option<&'a [u8]>,
    #[serde(borrow)]
    segment: Option<&'a [u8]>,
    #[serde(borrow)]
    income_segment: Option<&'a [u8]>,
    #[serde(borrow)]
    designated_institutions: Option<&'a [u8]>,
    always_reimbursement: &'a [u8],
    /// JSON, as it was registered.
    #[serde(borrow)]
    max_copayment: Option<&'a [u8]>,
    /// JSON, as it was registered.
    detail: &'a [u8],
}

/// One certificate as it is on a day.
pub(crate) struct Judged<'a> {
    /// `None` in an answer of before it was kept.
    key: Option<Key<'a>>,
    display_order: i64,
    shown: Option<Visible<'a>>,
}

/// What a reader gets: a [`Subsidy`].
enum Visible<'a> {
    Prepared { municipality: &'a str, program: Cow<'a, str>, content: Content<'a>, validity: Validity },
    Former(&'a RawValue),
}

/// The bytes of the answer. Of a deleted certificate it holds the key: the same one may stand under the person's
/// former number.
pub(crate) fn encode(certificates: &[&Certificate], municipality: MunicipalityCode) -> Vec<u8> {
    let shown = |one: &&Certificate| (!one.deleted).then(|| Subsidy::from_certificate(one, municipality));
    let subsidies: Vec<Option<Subsidy>> = certificates.iter().map(shown).collect();
    let both = certificates.iter().zip(&subsidies);
    let prepared: Vec<Prepared<'_>> = both.map(|(one, subsidy)| prepare(one, subsidy.as_ref())).collect();
    compact::encode(&prepared)
}

/// An answer of usual size with one certificate, shown on no day.
pub(crate) fn encode_hidden() -> Vec<u8> {
    let day = Day(2000, 1, 1);
    let name = Cow::Borrowed("hidden");
    let hidden = Prepared {
        key: Key { program: name.clone(), certificate_type: name.clone(), history: name },
        display_order: None,
        deleted: false,
        not_disclosed: true,
        viewing_stopped: true,
        valid_from: day,
        valid_to: day,
        forced_expiry: None,
        content: Some(Content {
            name: "非表示の受給者証".as_bytes(),
            payer_number: Some(b"00000000"),
            recipient_number: Some(b"0000000"),
            segment: None,
            income_segment: None,
            designated_institutions: None,
            always_reimbursement: b"0",
            max_copayment: Some(br#"{"perDay":500,"daysPerMonth":2}"#),
            detail: b"[]",
        }),
    };
    compact::encode(&[hidden].as_slice())
}

/// The certificates in these bytes, and which of them the rule shows on a day.
pub(crate) fn judge<'a>(
    bytes: &'a [u8],
    municipality: &'a str,
    on: Date,
) -> Result<Vec<Judged<'a>>, StoreError> {
    let Some(marked) = compact::marked(bytes) else { return former::judge(bytes, on) };
    let prepared: Vec<Prepared<'_>> = compact::decode(marked).map_err(|_| damaged())?;
    prepared.into_iter().map(|one| one.judge(municipality, on)).collect()
}

/// The JSON of an [`EligibilityAnswer`](pmh_wire::EligibilityAnswer) that shows what of these certificates is shown, in
/// display order: by number, those without one last, then in the order in which they stand (municipality, person, first
/// registered first).
pub(crate) fn show(mut judged: Vec<Judged<'_>>, answered_at: &str) -> Vec<u8> {
    judged.sort_by_key(|one| one.display_order);
    json::write(answered_at, judged.into_iter().filter_map(|one| one.shown))
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
    if earlier.is_empty() {
        return;
    }
    let later: HashSet<&Key<'_>> = later.iter().filter_map(|one| one.key.as_ref()).collect();
    earlier.retain(|one| one.key.as_ref().is_none_or(|key| !later.contains(key)));
}

fn prepare<'a>(certificate: &'a Certificate, subsidy: Option<&'a Subsidy>) -> Prepared<'a> {
    let facts = certificate.facts();
    Prepared {
        key: Key {
            program: Cow::Borrowed(certificate.program.as_str()),
            certificate_type: Cow::Borrowed(certificate.certificate_type.as_str()),
            history: Cow::Borrowed(certificate.history_key.expose()),
        },
        display_order: certificate.display_order,
        deleted: facts.deleted,
        not_disclosed: facts.disclosure == Disclosure::NotDisclosed,
        viewing_stopped: facts.viewing == Viewing::Stopped,
        valid_from: Day::of(facts.validity.from()),
        valid_to: Day::of(facts.validity.to()),
        forced_expiry: facts.forced_expiry.map(Day::of),
        content: subsidy.map(Content::of),
    }
}

impl<'a> Prepared<'a> {
    fn judge(self, municipality: &'a str, on: Date) -> Result<Judged<'a>, StoreError> {
        let facts = self.facts()?;
        let shown = match facts.shown_on(on) {
            Shown::Yes => {
                let content = self.content.ok_or_else(damaged)?;
                let program = self.key.program.clone();
                Some(Visible::Prepared { municipality, program, content, validity: facts.validity })
            }
            Shown::No(_) => None,
        };
        Ok(Judged { key: Some(self.key), display_order: self.display_order.unwrap_or(i64::MAX), shown })
    }

    fn facts(&self) -> Result<Facts, StoreError> {
        let validity = Validity::new(self.valid_from.date()?, self.valid_to.date()?);
        Ok(Facts {
            deleted: self.deleted,
            disclosure: if self.not_disclosed { Disclosure::NotDisclosed } else { Disclosure::Disclosed },
            viewing: if self.viewing_stopped { Viewing::Stopped } else { Viewing::Allowed },
            validity: validity.map_err(|_| damaged())?,
            forced_expiry: self.forced_expiry.map(Day::date).transpose()?,
        })
    }
}

impl<'a> Content<'a> {
    fn of(subsidy: &'a Subsidy) -> Self {
        let text = |text: &'a String| text.as_bytes();
        Self {
            name: subsidy.certification_name.as_bytes(),
            payer_number: subsidy.medical_subsidy_insurer_number.as_ref().map(text),
            recipient_number: subsidy.medical_subsidy_recipient_number.as_ref().map(text),
            segment: subsidy.segment.as_ref().map(text),
            income_segment: subsidy.income_segment.as_ref().map(text),
            designated_institutions: subsidy.designated_medical_institutions.as_ref().map(text),
            always_reimbursement: subsidy.is_always_reimbursement.as_bytes(),
            max_copayment: subsidy.max_copayment_amount.as_ref().map(|json| json.as_str().as_bytes()),
            detail: subsidy.certification_detail.as_str().as_bytes(),
        }
    }
}

impl Day {
    fn of(date: Date) -> Self {
        Self(date.year(), date.month(), date.day())
    }

    fn date(self) -> Result<Date, StoreError> {
        Date::from_ymd(self.0, self.1, self.2).ok_or_else(damaged)
    }
}

fn damaged() -> StoreError {
    StoreError::Inconsistent { table: "answer", column: "sealed" }
}

#[cfg(test)]
mod tests;
