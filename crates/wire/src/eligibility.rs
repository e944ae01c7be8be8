//! Eligibility system → hub: epochs of linkage keys, and queries with one (layout *assumed*).

use pmh_domain::{Certificate, Consents, MunicipalityCode, VerbatimJson};
use serde::{Deserialize, Serialize};

use crate::{Texts, Verbatim, redaction::redacted_debug};

/// Opens an epoch: an X25519 public key, 32 bytes, base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EpochRequest {
    pub public_key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EpochAnswer {
    pub epoch: u32,
    /// The hub's, in the form of the request's.
    pub public_key: String,
    pub opened_at: String,
}

/// The epoch under which linkage keys are made from here on. Those made before count until their time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EpochRenewed {
    pub epoch: u32,
}

/// What the patient agreed to at this visit (001:38: consent is per visit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentsBody {
    pub insurance: bool,
    pub subsidies: bool,
}

impl From<ConsentsBody> for Consents {
    fn from(body: ConsentsBody) -> Self {
        Self { insurance: body.insurance, subsidies: body.subsidies }
    }
}

impl From<Consents> for ConsentsBody {
    fn from(consents: Consents) -> Self {
        Self { insurance: consents.insurance, subsidies: consents.subsidies }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EligibilityQuery {
    pub institution_code: String,
    pub linkage_key: String,
    pub consents: ConsentsBody,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EligibilityAnswer<L = Vec<Subsidy>> {
    /// Fixed width, so that five causes of an empty answer have one length.
    pub answered_at: String,
    /// In display order. The OQS has them as JSON.
    pub subsidies: L,
}

/// One certificate as an institution or the citizen sees it, in display order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subsidy {
    pub municipality_code: String,
    pub program_id: String,
    pub certification_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_subsidy_insurer_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_subsidy_recipient_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income_segment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designated_medical_institutions: Option<String>,
    /// "0" or "1", as at registration.
    pub is_always_reimbursement: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_copayment_amount: Option<Verbatim>,
    pub valid_from: String,
    pub valid_to: String,
    pub certification_detail: Verbatim,
}

impl Subsidy {
    /// The copayment limit in words, for the reception. `None` if there is no limit, or none of it is
    /// understood: then only its JSON tells. That one always pays in full first is said also without a limit.
    pub fn copayment_texts(&self) -> Option<Texts> {
        let json = self.max_copayment_amount.as_ref().map_or("{}", Verbatim::as_str);
        let (mut limit, _) = crate::read_copayment_limit(json.to_owned());
        limit.terms.reimbursement_only |= self.is_always_reimbursement == "1";
        crate::copayment_texts(&limit)
    }

    /// Leaves out what is not for a reader: keys, control flags, and that there is a forced expiry.
    pub fn from_certificate(certificate: &Certificate, municipality: MunicipalityCode) -> Self {
        let verbatim = |json: &VerbatimJson| {
            Verbatim::from_text(json.as_str().to_owned()).expect("a certificate's inner members came as JSON")
        };
        Self {
            municipality_code: municipality.as_str().to_owned(),
            program_id: certificate.program.as_str().to_owned(),
            certification_name: certificate.name.clone(),
            medical_subsidy_insurer_number: certificate.payer_number.as_ref().map(|n| n.as_str().to_owned()),
            medical_subsidy_recipient_number: certificate
                .recipient_number
                .as_ref()
                .map(|number| number.expose().to_owned()),
            segment: certificate.segment.clone(),
            income_segment: certificate.income_segment.clone(),
            designated_medical_institutions: certificate.designated_institutions.clone(),
            is_always_reimbursement: if certificate.always_reimbursement { "1" } else { "0" }.to_owned(),
            max_copayment_amount: certificate.max_copayment.as_ref().map(|limit| verbatim(&limit.verbatim)),
            valid_from: certificate.validity.from().to_string(),
            valid_to: certificate.validity.to().to_string(),
            certification_detail: verbatim(&certificate.detail.verbatim),
        }
    }
}

redacted_debug!(EligibilityQuery, EligibilityAnswer, Subsidy);
