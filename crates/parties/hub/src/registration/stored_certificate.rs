//! A certificate between its sealed form and the type of the domain.

use pmh_domain::{
    Certificate, CertificateTypeId, Disclosure, HistoryKey, PayerNumber, ProgramId, RecipientNumber,
    Strictness, Validity, Viewing,
};
use pmh_store::StoreError;
use pmh_wire::{read_certificate_detail, read_copayment_limit};
use serde::{Deserialize, Serialize};

use crate::compact;

/// Members are in the words of the published record, by which folders of before name them; what was accepted once opens
/// always, so numbers are read back leniently.
#[expect(clippy::struct_excessive_bools, reason = "four independent flags of the published record")]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredCertificate {
    certificate_type: String,
    program: String,
    name: String,
    payer_number: Option<String>,
    recipient_number: Option<String>,
    sub_key: Option<String>,
    segment: Option<String>,
    income_segment: Option<String>,
    additional_conditions: Option<String>,
    designated_institutions: Option<String>,
    institution_codes: Vec<String>,
    always_reimbursement: bool,
    valid_from: String,
    valid_to: String,
    forced_expiry: Option<String>,
    not_disclosed: bool,
    viewing_stopped: bool,
    history_key: String,
    attribute_key: Option<String>,
    certificate_id: Option<String>,
    public_expense_id: Option<String>,
    display_order: Option<i64>,
    deleted: bool,
    max_copayment: Option<String>,
    detail: String,
}

/// The bytes that are sealed. Equal certificates give equal bytes, which is how `unchanged` is decided.
pub(crate) fn encode(certificate: &Certificate) -> Vec<u8> {
    let stored = StoredCertificate {
        certificate_type: certificate.certificate_type.as_str().to_owned(),
        program: certificate.program.as_str().to_owned(),
        name: certificate.name.clone(),
        payer_number: certificate.payer_number.as_ref().map(|number| number.as_str().to_owned()),
        recipient_number: certificate.recipient_number.as_ref().map(|number| number.expose().to_owned()),
        sub_key: certificate.sub_key.clone(),
        segment: certificate.segment.clone(),
        income_segment: certificate.income_segment.clone(),
        additional_conditions: certificate.additional_conditions.clone(),
        designated_institutions: certificate.designated_institutions.clone(),
        institution_codes: certificate
            .institution_codes
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect(),
        always_reimbursement: certificate.always_reimbursement,
        valid_from: certificate.validity.from().to_string(),
        valid_to: certificate.validity.to().to_string(),
        forced_expiry: certificate.forced_expiry.map(|date| date.to_string()),
        not_disclosed: certificate.disclosure == Disclosure::NotDisclosed,
        viewing_stopped: certificate.viewing == Viewing::Stopped,
        history_key: certificate.history_key.expose().to_owned(),
        attribute_key: certificate.attribute_key.clone(),
        certificate_id: certificate.certificate_id.clone(),
        public_expense_id: certificate.public_expense_id.clone(),
        display_order: certificate.display_order,
        deleted: certificate.deleted,
        max_copayment: certificate.max_copayment.as_ref().map(|limit| limit.verbatim.as_str().to_owned()),
        detail: certificate.detail.as_str().to_owned(),
    };
    compact::encode(&stored)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Certificate, StoreError> {
    let stored: StoredCertificate = match compact::marked(bytes) {
        Some(marked) => compact::decode(marked).map_err(|_| damaged())?,
        None => serde_json::from_slice(bytes).map_err(|_| damaged())?,
    };
    Ok(Certificate {
        certificate_type: CertificateTypeId::parse(&stored.certificate_type).map_err(|_| damaged())?,
        program: ProgramId::parse(&stored.program).map_err(|_| damaged())?,
        name: stored.name,
        payer_number: optional(stored.payer_number.as_deref(), |text| {
            PayerNumber::parse(text, Strictness::Lenient)
        })?,
        recipient_number: optional(stored.recipient_number.as_deref(), |text| {
            RecipientNumber::parse(text, Strictness::Lenient)
        })?,
        sub_key: stored.sub_key,
        segment: stored.segment,
        income_segment: stored.income_segment,
        additional_conditions: stored.additional_conditions,
        designated_institutions: stored.designated_institutions,
        institution_codes: stored
            .institution_codes
            .iter()
            .map(|code| pmh_domain::InstitutionCode::parse(code, Strictness::Lenient).map_err(|_| damaged()))
            .collect::<Result<_, _>>()?,
        always_reimbursement: stored.always_reimbursement,
        validity: Validity::new(date(&stored.valid_from)?, date(&stored.valid_to)?).map_err(|_| damaged())?,
        forced_expiry: stored.forced_expiry.as_deref().map(date).transpose()?,
        disclosure: if stored.not_disclosed { Disclosure::NotDisclosed } else { Disclosure::Disclosed },
        viewing: if stored.viewing_stopped { Viewing::Stopped } else { Viewing::Allowed },
        history_key: HistoryKey::parse(&stored.history_key).map_err(|_| damaged())?,
        attribute_key: stored.attribute_key,
        certificate_id: stored.certificate_id,
        public_expense_id: stored.public_expense_id,
        display_order: stored.display_order,
        deleted: stored.deleted,
        max_copayment: stored.max_copayment.map(|text| read_copayment_limit(text).0),
        detail: read_certificate_detail(stored.detail).0,
    })
}

fn optional<T, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, StoreError> {
    text.map(|text| parse(text).map_err(|_| damaged())).transpose()
}

fn date(text: &str) -> Result<pmh_domain::Date, StoreError> {
    pmh_domain::Date::parse(text).map_err(|_| damaged())
}

fn damaged() -> StoreError {
    StoreError::Inconsistent { table: "certificate", column: "sealed" }
}
