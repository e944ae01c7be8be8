//! The meaning of a record: numbers, dates, texts, whose it is. All faults, not only the first.

use std::borrow::Cow;

use pmh_domain::{
    Address, BasicFive, Certificate, CertificateDetail, CertificateTypeId, CopaymentLimit, Date, DateError,
    Disclosure, FormError, HistoryKey, IndividualNumber, IndividualNumberError, InstitutionCode,
    MunicipalityCode, PayerNumber, PersonName, PersonNameKana, ProgramId, RecipientNumber, Sex, Strictness,
    UnreadableMember, Validity, Viewing, detail::DISPLAY_ORDER,
};

use super::{
    BasicFiveInfo, Fault, Parsed, Rules, Subject, SubjectRecord,
    members::{COPAYMENT, DETAIL, MemberSet},
};
use crate::{
    Code, UnreadableOrder, Verbatim, encoding::is_private_use, read_certificate_detail, read_copayment_limit,
};

/// 受給者証名, as published.
const CERTIFICATION_NAME_MAX: usize = 100;
/// Keys and segments (*assumed*: no length is published).
const SHORT_TEXT_MAX: usize = 100;
/// Lists in one text, such as several code pairs or institutions (*assumed*).
const LONG_TEXT_MAX: usize = 1000;
/// Items of `institutionCodes` (*assumed*).
const INSTITUTION_CODES_MAX: usize = 100;

impl SubjectRecord {
    /// Judges the record for the municipality that sent it and names every fault.
    ///
    /// An optional text that is empty or white space counts as absent, except where the published length
    /// excludes that (公費負担者番号: exactly 8 digits).
    pub fn parse(&self, own: MunicipalityCode, rules: Rules) -> Parsed {
        judge(self, Some(own), rules, MemberSet::default())
    }
}

/// Members in `settled` are at fault already and are left alone; there is no subject then.
pub(super) fn judge(
    record: &SubjectRecord,
    own: Option<MunicipalityCode>,
    rules: Rules,
    settled: MemberSet,
) -> Parsed {
    let mut judge = Judge { rules, settled, faults: Vec::new(), warnings: Vec::new() };
    let number = judge.number(&record.my_number);
    let basic_five = judge.basic_five(&record.basic_five_info);
    let certificate = judge.certificate(record);
    judge.municipality(record.municipality_code.as_deref(), own);
    let subject = match (number, basic_five, certificate) {
        (Some(number), Some(basic_five), Some(certificate)) if judge.faults.is_empty() => {
            Ok(Subject { number, basic_five, certificate })
        }
        _ => Err(judge.faults),
    };
    let history_key = text(&record.history_key, HistoryKey::CHARACTERS_MAX).is_ok();
    Parsed {
        subject,
        history_key: history_key.then(|| record.history_key.clone()),
        warnings: judge.warnings,
        municipality_code: record.municipality_code.clone(),
    }
}

struct Judge {
    rules: Rules,
    settled: MemberSet,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Judge {
    fn check<T>(&mut self, field: &'static str, read: impl FnOnce() -> Result<T, Code>) -> Option<T> {
        if self.settled.has(field) {
            return None;
        }
        read().map_err(|code| self.faults.push(Fault::at(code, field))).ok()
    }

    /// Absent is `Some(None)`, at fault is `None`.
    #[expect(clippy::option_option, reason = "as `check` has it, of an optional value")]
    fn optional<T>(
        &mut self,
        field: &'static str,
        value: Option<&String>,
        read: impl FnOnce(&str) -> Result<T, Code>,
    ) -> Option<Option<T>> {
        let value = value.filter(|value| !value.trim().is_empty());
        self.check(field, || value.map(|value| read(value)).transpose())
    }

    fn number(&mut self, value: &str) -> Option<IndividualNumber> {
        const FIELD: &str = "myNumber";
        let number = self.check(FIELD, || {
            IndividualNumber::parse(clean(value)?).map_err(|error| match error {
                IndividualNumberError::Length => Code::IndividualNumberLength,
                IndividualNumberError::Characters => Code::IndividualNumberCharacters,
            })
        })?;
        if number.has_valid_check_digit() {
            if !self.rules.accept_real_looking {
                self.faults.push(Fault::at(Code::LooksReal, FIELD));
                return None;
            }
            self.warnings.push(Fault::at(Code::LooksRealAccepted, FIELD));
        }
        Some(number)
    }

    fn basic_five(&mut self, info: &BasicFiveInfo) -> Option<BasicFive> {
        let name = self.check("basicFiveInfo.name", || {
            PersonName::parse(text(&info.name, PersonName::CHARACTERS_MAX)?)
                .map_err(|_| Code::WrongCharacters)
        });
        let name_kana = self.check("basicFiveInfo.nameKana", || {
            PersonNameKana::parse(text(&info.name_kana, PersonNameKana::CHARACTERS_MAX)?)
                .map_err(|_| Code::WrongCharacters)
        });
        let address = self.check("basicFiveInfo.address", || {
            Address::parse(text(&info.address, Address::CHARACTERS_MAX)?).map_err(|_| Code::WrongCharacters)
        });
        let date_of_birth = self.check("basicFiveInfo.dateOfBirth", || date(&info.date_of_birth));
        let sex =
            self.check("basicFiveInfo.sex", || Sex::parse(clean(&info.sex)?).map_err(|_| Code::SexUnknown));
        Some(BasicFive {
            name: name?,
            name_kana: name_kana?,
            address: address?,
            date_of_birth: date_of_birth?,
            sex: sex?,
        })
    }

    /// Every part is judged before the first missing one ends it.
    fn certificate(&mut self, record: &SubjectRecord) -> Option<Certificate> {
        let names = self.names(record);
        let numbers = self.numbers(record);
        let times = self.times(record);
        let texts = self.texts(record);
        let inner = self.inner(record);
        let always_reimbursement =
            self.check("isAlwaysReimbursement", || match clean(&record.is_always_reimbursement)? {
                "0" => Ok(false),
                "1" => Ok(true),
                _ => Err(Code::AlwaysReimbursementUnknown),
            });
        let (names, numbers, times, texts, inner) = (names?, numbers?, times?, texts?, inner?);
        Some(Certificate {
            certificate_type: names.certificate_type,
            program: names.program,
            name: names.name,
            payer_number: numbers.payer,
            recipient_number: numbers.recipient,
            sub_key: texts.sub_key,
            segment: texts.segment,
            income_segment: texts.income_segment,
            additional_conditions: texts.additional_conditions,
            designated_institutions: texts.designated_institutions,
            institution_codes: numbers.institutions,
            always_reimbursement: always_reimbursement?,
            validity: times.validity,
            forced_expiry: times.forced_expiry,
            disclosure: if record.is_not_disclosed {
                Disclosure::NotDisclosed
            } else {
                Disclosure::Disclosed
            },
            viewing: if record.is_viewing_stopped == Some(true) {
                Viewing::Stopped
            } else {
                Viewing::Allowed
            },
            history_key: names.history_key,
            attribute_key: texts.attribute_key,
            certificate_id: texts.certificate_id,
            public_expense_id: texts.public_expense_id,
            display_order: record.display_order,
            deleted: record.is_deleted,
            max_copayment: inner.copayment,
            detail: inner.detail,
        })
    }

    fn names(&mut self, record: &SubjectRecord) -> Option<Names> {
        let certificate_type = self.check("orgSpecificCertificateTypeId", || {
            let id = required(&record.org_specific_certificate_type_id)?;
            CertificateTypeId::parse(id).map_err(half_width)
        });
        let program = self.optional("programId", record.program_id.as_ref(), |id| {
            ProgramId::parse(clean(id)?).map_err(half_width)
        });
        let name = self.check("certificationName", || {
            text(&record.certification_name, CERTIFICATION_NAME_MAX).map(str::to_owned)
        });
        let history_key = self.check("historyKey", || {
            let key = text(&record.history_key, HistoryKey::CHARACTERS_MAX)?;
            HistoryKey::parse(key).map_err(|_| Code::WrongCharacters)
        });
        let certificate_type = certificate_type?;
        Some(Names {
            program: program?.unwrap_or_else(|| ProgramId::for_certificate_type(&certificate_type)),
            certificate_type,
            name: name?,
            history_key: history_key?,
        })
    }

    fn numbers(&mut self, record: &SubjectRecord) -> Option<Numbers> {
        let strictness = self.rules.strictness;
        let payer = self.check("medicalSubsidyInsurerNumber", || {
            let number = record.medical_subsidy_insurer_number.as_deref();
            let parse = |text| {
                PayerNumber::parse(clean(text)?, strictness)
                    .map_err(|error| digit(error, Code::PayerNumberForm, Code::PayerNumberCheckDigit))
            };
            number.map(parse).transpose()
        });
        let recipient = self.optional(
            "medicalSubsidyRecipientNumber",
            record.medical_subsidy_recipient_number.as_ref(),
            |text| recipient(clean(text)?, strictness),
        );
        let institutions = self.check("institutionCodes", || {
            let codes = record.institution_codes.as_deref().unwrap_or_default();
            if codes.len() > INSTITUTION_CODES_MAX {
                return Err(Code::TooManyItems);
            }
            let parse = |text: &String| {
                InstitutionCode::parse(clean(text)?, strictness)
                    .map_err(|error| digit(error, Code::InstitutionCodeForm, Code::InstitutionCodeCheckDigit))
            };
            codes.iter().map(parse).collect()
        });
        Some(Numbers { payer: payer?, recipient: recipient?, institutions: institutions? })
    }

    fn times(&mut self, record: &SubjectRecord) -> Option<Times> {
        let from = self.check("validFrom", || date(&record.valid_from));
        let to = self.check("validTo", || date(&record.valid_to));
        let forced_expiry = self.optional("forcedExpiryDate", record.forced_expiry_date.as_ref(), date);
        let (from, to) = (from?, to?);
        let validity = self.check("validTo", || Validity::new(from, to).map_err(|_| Code::ValidityBackwards));
        Some(Times { validity: validity?, forced_expiry: forced_expiry? })
    }

    fn texts(&mut self, record: &SubjectRecord) -> Option<Texts> {
        let mut read = |field, value: &Option<String>, max| {
            self.optional(field, value.as_ref(), |value| text(value, max).map(str::to_owned))
        };
        let sub_key = read("certificationSubKey", &record.certification_sub_key, SHORT_TEXT_MAX);
        let segment = read("segment", &record.segment, SHORT_TEXT_MAX);
        let income_segment = read("incomeSegment", &record.income_segment, SHORT_TEXT_MAX);
        let additional_conditions =
            read("additionalConditions", &record.additional_conditions, LONG_TEXT_MAX);
        let designated_institutions =
            read("designatedMedicalInstitutions", &record.designated_medical_institutions, LONG_TEXT_MAX);
        let attribute_key = read("attributeKey", &record.attribute_key, SHORT_TEXT_MAX);
        let certificate_id = read("certificateId", &record.certificate_id, SHORT_TEXT_MAX);
        let public_expense_id = read("publicExpenseId", &record.public_expense_id, SHORT_TEXT_MAX);
        Some(Texts {
            sub_key: sub_key?,
            segment: segment?,
            income_segment: income_segment?,
            additional_conditions: additional_conditions?,
            designated_institutions: designated_institutions?,
            attribute_key: attribute_key?,
            certificate_id: certificate_id?,
            public_expense_id: public_expense_id?,
        })
    }

    fn inner(&mut self, record: &SubjectRecord) -> Option<Inner> {
        let copayment = self.check(COPAYMENT, || {
            let json = record.max_copayment_amount.as_ref();
            json.map(|json| verbatim(json, json.is_object())).transpose()
        });
        let copayment = match copayment {
            Some(Some(text)) => self.copayment(text).map(Some),
            Some(None) => Some(None),
            None => None,
        };
        let detail = self
            .check(DETAIL, || verbatim(&record.certification_detail, record.certification_detail.is_array()));
        let detail = detail.and_then(|text| self.detail(text));
        Some(Inner { copayment: copayment?, detail: detail? })
    }

    fn copayment(&mut self, text: String) -> Option<CopaymentLimit> {
        let (limit, unreadable) = read_copayment_limit(text);
        for UnreadableMember(name) in &unreadable {
            let field = Some(Cow::Owned(format!("{COPAYMENT}.{name}")));
            self.faults.push(Fault { field, ..Fault::of(Code::CopaymentMemberForm) });
        }
        if unreadable.is_empty() && limit.contradicts_itself() {
            self.warnings.push(Fault::at(Code::CopaymentContradiction, COPAYMENT));
        }
        unreadable.is_empty().then_some(limit)
    }

    fn detail(&mut self, text: String) -> Option<CertificateDetail> {
        let (detail, readable) = read_certificate_detail(text);
        let UnreadableOrder(place) = match readable {
            Ok(()) => return Some(detail),
            Err(unreadable) => unreadable,
        };
        let field = Some(Cow::Owned(format!("{DETAIL}.{place}.{DISPLAY_ORDER}")));
        self.faults.push(Fault { field, ..Fault::of(Code::DetailOrderForm) });
        None
    }

    /// `own` is not known while a file is read; then the form alone is judged.
    fn municipality(&mut self, code: Option<&str>, own: Option<MunicipalityCode>) {
        self.check("municipalityCode", || {
            let Some(code) = code.filter(|code| !code.trim().is_empty()) else { return Ok(()) };
            let code: MunicipalityCode = clean(code)?.parse().map_err(|_| Code::MunicipalityCodeForm)?;
            if own.is_some_and(|own| own != code) { Err(Code::OtherMunicipality) } else { Ok(()) }
        });
    }
}

struct Names {
    certificate_type: CertificateTypeId,
    program: ProgramId,
    name: String,
    history_key: HistoryKey,
}

struct Numbers {
    payer: Option<PayerNumber>,
    recipient: Option<RecipientNumber>,
    institutions: Vec<InstitutionCode>,
}

struct Times {
    validity: Validity,
    forced_expiry: Option<Date>,
}

struct Texts {
    sub_key: Option<String>,
    segment: Option<String>,
    income_segment: Option<String>,
    additional_conditions: Option<String>,
    designated_institutions: Option<String>,
    attribute_key: Option<String>,
    certificate_id: Option<String>,
    public_expense_id: Option<String>,
}

struct Inner {
    copayment: Option<CopaymentLimit>,
    detail: CertificateDetail,
}

/// Characters that no text may hold.
fn clean(value: &str) -> Result<&str, Code> {
    if value.contains('\0') {
        Err(Code::NulCharacter)
    } else if value.contains(is_private_use) {
        Err(Code::Gaiji)
    } else if value.contains(char::is_control) {
        Err(Code::ControlCharacter)
    } else {
        Ok(value)
    }
}

fn required(value: &str) -> Result<&str, Code> {
    let value = clean(value)?;
    if value.trim().is_empty() { Err(Code::Empty) } else { Ok(value) }
}

fn text(value: &str, max: usize) -> Result<&str, Code> {
    let value = required(value)?;
    if value.chars().count() > max { Err(Code::TooLong) } else { Ok(value) }
}

fn date(value: &str) -> Result<Date, Code> {
    Date::parse(required(value)?).map_err(|error| match error {
        DateError::Form => Code::DateForm,
        DateError::NoSuchDay => Code::NoSuchDate,
    })
}

/// Longer than 30 characters is too long; wrong for the strict form is of wrong form.
fn recipient(value: &str, strictness: Strictness) -> Result<RecipientNumber, Code> {
    if value.chars().count() > RecipientNumber::CHARACTERS_MAX {
        return Err(Code::TooLong);
    }
    RecipientNumber::parse(value, strictness)
        .map_err(|error| digit(error, Code::RecipientNumberForm, Code::RecipientNumberCheckDigit))
}

fn digit(error: FormError, form: Code, check_digit: Code) -> Code {
    match error {
        FormError::Length | FormError::Characters => form,
        FormError::CheckDigit => check_digit,
    }
}

fn half_width(error: FormError) -> Code {
    match error {
        FormError::Length => Code::TooLong,
        FormError::Characters | FormError::CheckDigit => Code::WrongCharacters,
    }
}

fn verbatim(json: &Verbatim, of_right_type: bool) -> Result<String, Code> {
    if !of_right_type {
        return Err(Code::WrongType);
    }
    json.inspect()?;
    Ok(json.as_str().to_owned())
}
