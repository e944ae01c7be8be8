//! 公費医療資格情報: one certificate of one person, as a municipality registered it.

use crate::{
    copayment::CopaymentLimit,
    date::Date,
    detail::CertificateDetail,
    institution_code::InstitutionCode,
    payer_number::PayerNumber,
    program::{CertificateTypeId, ProgramId},
    recipient_number::RecipientNumber,
    text::personal_text,
    visibility::Facts,
};

/// Members as published, and those of 別添2 that the published API does not show: program, certificate id, display order, public expense id, forced expiry, viewing,
/// institution codes and attribute key are *assumed* optional members.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    pub certificate_type: CertificateTypeId,
    pub program: ProgramId,
    /// 受給者証名. Tells the illness at times, so it is personal together with a person.
    pub name: String,
    pub payer_number: Option<PayerNumber>,
    pub recipient_number: Option<RecipientNumber>,
    pub sub_key: Option<String>,
    pub segment: Option<String>,
    pub income_segment: Option<String>,
    /// Pairs "itemCode-code" joined by ";", not taken apart.
    pub additional_conditions: Option<String>,
    pub designated_institutions: Option<String>,
    pub institution_codes: Vec<InstitutionCode>,
    /// 常に償還払い.
    pub always_reimbursement: bool,
    pub validity: Validity,
    pub forced_expiry: Option<Date>,
    pub disclosure: Disclosure,
    pub viewing: Viewing,
    pub history_key: HistoryKey,
    pub attribute_key: Option<String>,
    pub certificate_id: Option<String>,
    pub public_expense_id: Option<String>,
    pub display_order: Option<i64>,
    pub deleted: bool,
    pub max_copayment: Option<CopaymentLimit>,
    pub detail: CertificateDetail,
}

redacted!(Certificate);

impl Certificate {
    pub fn facts(&self) -> Facts {
        Facts {
            deleted: self.deleted,
            disclosure: self.disclosure,
            viewing: self.viewing,
            validity: self.validity,
            forced_expiry: self.forced_expiry,
        }
    }

    pub fn key(&self) -> CertificateKey {
        CertificateKey {
            program: self.program.clone(),
            certificate_type: self.certificate_type.clone(),
            history_key: self.history_key.clone(),
        }
    }
}

/// What an upsert goes by, within one person of one municipality (*assumed*: the published API names
/// `historyKey` but not its scope).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateKey {
    pub program: ProgramId,
    pub certificate_type: CertificateTypeId,
    pub history_key: HistoryKey,
}

redacted!(CertificateKey);

personal_text!(
    /// 履歴キー. The bound is *assumed*: it is that of `municipalityIdentityKey` in the related API.
    HistoryKey,
    100
);

/// 有効期間. Both days are inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Validity {
    from: Date,
    to: Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidityError {
    #[error("the validity ends before it begins")]
    Backwards,
}

impl Validity {
    pub fn new(from: Date, to: Date) -> Result<Self, ValidityError> {
        if from <= to { Ok(Self { from, to }) } else { Err(ValidityError::Backwards) }
    }

    pub fn from(&self) -> Date {
        self.from
    }

    pub fn to(&self) -> Date {
        self.to
    }

    pub fn contains(&self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// 不開示フラグ: wider than the flag of domestic violence that it replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disclosure {
    Disclosed,
    NotDisclosed,
}

/// 閲覧停止, the other control flag of 別添2 (000:383, 001:251).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Viewing {
    Allowed,
    Stopped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validity_includes_both_its_days() {
        let day = |text| Date::parse(text).unwrap();
        let validity = Validity::new(day("2025-04-01"), day("2025-04-02")).unwrap();
        for (on, inside) in
            [("2025-03-31", false), ("2025-04-01", true), ("2025-04-02", true), ("2025-04-03", false)]
        {
            assert_eq!(validity.contains(day(on)), inside, "{on}");
        }
    }

    #[test]
    fn a_validity_may_be_one_day_long_and_never_backwards() {
        let day = |text| Date::parse(text).unwrap();
        assert!(Validity::new(day("2025-04-01"), day("2025-04-01")).is_ok());
        assert_eq!(Validity::new(day("2025-04-02"), day("2025-04-01")), Err(ValidityError::Backwards));
    }
}
