//! One subject record, as published, with additional optional members of ours.

use pmh_domain::BasicFive;
use serde::{Deserialize, Serialize};

use crate::{Verbatim, redaction::redacted_debug};

/// 対象者レコード. To read one from outside use [`record_from_json`](crate::record_from_json), which names
/// every fault; serde stops at the first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubjectRecord {
    pub org_specific_certificate_type_id: String,
    pub my_number: String,
    pub basic_five_info: BasicFiveInfo,
    pub is_not_disclosed: bool,
    pub certification_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical_subsidy_insurer_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medical_subsidy_recipient_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certification_sub_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub income_segment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_conditions: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designated_medical_institutions: Option<String>,
    /// "0" or "1".
    pub is_always_reimbursement: String,
    /// An object whose members are not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_copayment_amount: Option<Verbatim>,
    pub valid_from: String,
    pub valid_to: String,
    pub history_key: String,
    pub is_deleted: bool,
    /// An array whose elements are not published.
    pub certification_detail: Verbatim,

    // Items of 別添2 that the published API does not show; names and forms *assumed*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_order: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_expense_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced_expiry_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_viewing_stopped: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution_codes: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute_key: Option<String>,
    /// 自治体コード: says whose record it is; the hub goes by the certificate of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality_code: Option<String>,
}

/// The published schema `basicFiveInfoForResister` (its spelling).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BasicFiveInfo {
    pub name: String,
    pub name_kana: String,
    pub address: String,
    pub date_of_birth: String,
    /// "1", "2" or "3".
    pub sex: String,
}

impl SubjectRecord {
    /// A record whose members are all empty, to be filled in; it does not parse.
    pub fn blank() -> Self {
        Self {
            org_specific_certificate_type_id: String::new(),
            my_number: String::new(),
            basic_five_info: BasicFiveInfo::default(),
            is_not_disclosed: false,
            certification_name: String::new(),
            medical_subsidy_insurer_number: None,
            medical_subsidy_recipient_number: None,
            certification_sub_key: None,
            segment: None,
            income_segment: None,
            additional_conditions: None,
            designated_medical_institutions: None,
            is_always_reimbursement: String::new(),
            max_copayment_amount: None,
            valid_from: String::new(),
            valid_to: String::new(),
            history_key: String::new(),
            is_deleted: false,
            certification_detail: Verbatim::empty_array(),
            program_id: None,
            certificate_id: None,
            display_order: None,
            public_expense_id: None,
            forced_expiry_date: None,
            is_viewing_stopped: None,
            institution_codes: None,
            attribute_key: None,
            municipality_code: None,
        }
    }
}

impl From<&BasicFive> for BasicFiveInfo {
    fn from(five: &BasicFive) -> Self {
        Self {
            name: five.name.expose().to_owned(),
            name_kana: five.name_kana.expose().to_owned(),
            address: five.address.expose().to_owned(),
            date_of_birth: five.date_of_birth.to_string(),
            sex: five.sex.code().to_owned(),
        }
    }
}

redacted_debug!(SubjectRecord, BasicFiveInfo);
