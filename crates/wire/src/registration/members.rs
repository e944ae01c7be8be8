//! The members of a record in one table: wire name, Japanese heading of the CSV (*assumed*), and where it is
//! kept. JSON reader, CSV reader and CSV writer all go by it.

use super::SubjectRecord;
use crate::Verbatim;

pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) slot: fn(&mut SubjectRecord) -> Slot<'_>,
}

/// Where a member is kept, which is also its type and whether it is required.
pub(crate) enum Slot<'a> {
    Text(&'a mut String),
    OptionalText(&'a mut Option<String>),
    Flag(&'a mut bool),
    OptionalFlag(&'a mut Option<bool>),
    OptionalNumber(&'a mut Option<i64>),
    OptionalList(&'a mut Option<Vec<String>>),
    OptionalJson(&'a mut Option<Verbatim>),
    Json(&'a mut Verbatim),
}

impl Slot<'_> {
    pub(crate) fn is_required(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Flag(_) | Self::Json(_))
    }
}

pub(crate) const BASIC_FIVE: &str = "basicFiveInfo";
pub(crate) const COPAYMENT: &str = "maxCopaymentAmount";
pub(crate) const DETAIL: &str = "certificationDetail";

const fn member(
    name: &'static str,
    heading: &'static str,
    slot: fn(&mut SubjectRecord) -> Slot<'_>,
) -> Member {
    Member { name, heading, slot }
}

/// How many of [`MEMBERS`] are published; the ones behind are ours and *assumed*.
pub(crate) const PUBLISHED: usize = 23;

pub(crate) const MEMBERS: [Member; 32] = [
    member("orgSpecificCertificateTypeId", "機関別受給者証種別ID", |r| {
        Slot::Text(&mut r.org_specific_certificate_type_id)
    }),
    member("myNumber", "個人番号", |r| Slot::Text(&mut r.my_number)),
    member("basicFiveInfo.name", "氏名", |r| Slot::Text(&mut r.basic_five_info.name)),
    member("basicFiveInfo.nameKana", "氏名カナ", |r| Slot::Text(&mut r.basic_five_info.name_kana)),
    member("basicFiveInfo.address", "住所", |r| Slot::Text(&mut r.basic_five_info.address)),
    member("basicFiveInfo.dateOfBirth", "生年月日", |r| Slot::Text(&mut r.basic_five_info.date_of_birth)),
    member("basicFiveInfo.sex", "性別", |r| Slot::Text(&mut r.basic_five_info.sex)),
    member("isNotDisclosed", "不開示フラグ", |r| Slot::Flag(&mut r.is_not_disclosed)),
    member("certificationName", "受給者証名", |r| Slot::Text(&mut r.certification_name)),
    member("medicalSubsidyInsurerNumber", "公費負担者番号", |r| {
        Slot::OptionalText(&mut r.medical_subsidy_insurer_number)
    }),
    member("medicalSubsidyRecipientNumber", "公費受給者番号", |r| {
        Slot::OptionalText(&mut r.medical_subsidy_recipient_number)
    }),
    member("certificationSubKey", "受給者証サブキー", |r| {
        Slot::OptionalText(&mut r.certification_sub_key)
    }),
    member("segment", "区分", |r| Slot::OptionalText(&mut r.segment)),
    member("incomeSegment", "所得区分", |r| Slot::OptionalText(&mut r.income_segment)),
    member("additionalConditions", "追加条件", |r| Slot::OptionalText(&mut r.additional_conditions)),
    member("designatedMedicalInstitutions", "指定医療機関情報", |r| {
        Slot::OptionalText(&mut r.designated_medical_institutions)
    }),
    member("isAlwaysReimbursement", "常に償還払い", |r| Slot::Text(&mut r.is_always_reimbursement)),
    member(COPAYMENT, "自己負担上限", |r| Slot::OptionalJson(&mut r.max_copayment_amount)),
    member("validFrom", "有効期間開始日", |r| Slot::Text(&mut r.valid_from)),
    member("validTo", "有効期間終了日", |r| Slot::Text(&mut r.valid_to)),
    member("historyKey", "履歴キー", |r| Slot::Text(&mut r.history_key)),
    member("isDeleted", "削除フラグ", |r| Slot::Flag(&mut r.is_deleted)),
    member(DETAIL, "券面", |r| Slot::Json(&mut r.certification_detail)),
    member("programId", "自治体業務ID", |r| Slot::OptionalText(&mut r.program_id)),
    member("certificateId", "受給者証ID", |r| Slot::OptionalText(&mut r.certificate_id)),
    member("displayOrder", "表示順番号", |r| Slot::OptionalNumber(&mut r.display_order)),
    member("publicExpenseId", "公費ID", |r| Slot::OptionalText(&mut r.public_expense_id)),
    member("forcedExpiryDate", "強制失効日", |r| Slot::OptionalText(&mut r.forced_expiry_date)),
    member("isViewingStopped", "閲覧停止フラグ", |r| Slot::OptionalFlag(&mut r.is_viewing_stopped)),
    member("institutionCodes", "医療機関コード", |r| Slot::OptionalList(&mut r.institution_codes)),
    member("attributeKey", "属性ID", |r| Slot::OptionalText(&mut r.attribute_key)),
    member("municipalityCode", "自治体コード", |r| Slot::OptionalText(&mut r.municipality_code)),
];

/// The place of a member in [`MEMBERS`] by its wire name.
pub(crate) fn find(name: &str) -> Option<usize> {
    MEMBERS.iter().position(|member| member.name == name)
}

/// The place of a member of `basicFiveInfo` by its own name.
pub(crate) fn find_basic(name: &str) -> Option<usize> {
    MEMBERS.iter().position(|member| {
        member.name.strip_prefix(BASIC_FIVE).and_then(|rest| rest.strip_prefix('.')) == Some(name)
    })
}

/// Members that a reader has seen, or that it leaves unjudged.
#[derive(Clone, Copy, Default)]
pub(crate) struct MemberSet(u64);

impl MemberSet {
    /// Whether it was not in the set before.
    pub(crate) fn insert(&mut self, place: usize) -> bool {
        let added = !self.contains(place);
        self.0 |= 1 << place;
        added
    }

    pub(crate) fn contains(self, place: usize) -> bool {
        self.0 & (1 << place) != 0
    }

    pub(crate) fn has(self, name: &str) -> bool {
        find(name).is_some_and(|place| self.contains(place))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_headings_are_unique() {
        let texts = MEMBERS.iter().flat_map(|member| [member.name, member.heading]);
        assert_eq!(texts.collect::<BTreeSet<_>>().len(), 2 * MEMBERS.len());
    }

    #[test]
    fn the_published_ones_come_first_and_ours_are_optional() {
        assert_eq!(MEMBERS[PUBLISHED - 1].name, DETAIL);
        let mut record = SubjectRecord::blank();
        assert!(MEMBERS[PUBLISHED..].iter().all(|member| !(member.slot)(&mut record).is_required()));
    }

    #[test]
    fn the_table_has_every_member_that_serde_knows() {
        let mut record = SubjectRecord::blank();
        for member in &MEMBERS {
            match (member.slot)(&mut record) {
                Slot::OptionalText(text) => *text = Some(String::new()),
                Slot::OptionalFlag(flag) => *flag = Some(true),
                Slot::OptionalNumber(number) => *number = Some(1),
                Slot::OptionalList(list) => *list = Some(Vec::new()),
                Slot::OptionalJson(json) => *json = Some(Verbatim::empty_array()),
                Slot::Text(_) | Slot::Flag(_) | Slot::Json(_) => {}
            }
        }
        let value = serde_json::to_value(&record).unwrap();
        let outer = value.as_object().unwrap().keys().filter(|name| *name != BASIC_FIVE);
        let inner = value[BASIC_FIVE].as_object().unwrap().keys().map(|name| format!("{BASIC_FIVE}.{name}"));
        let sent: BTreeSet<_> = outer.cloned().chain(inner).collect();
        assert_eq!(sent, MEMBERS.iter().map(|member| member.name.to_owned()).collect());
    }
}
