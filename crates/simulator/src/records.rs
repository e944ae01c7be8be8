//! Registration records as the back-office system of a local government would export them.

use pmh_domain::{Chance, Date, MunicipalityCode};
use pmh_wire::{SubjectRecord, Verbatim};
use serde_json::json;

use crate::{
    municipalities::LocalGovernment,
    population::{Person, basic_five_info},
    scheme::{Scheme, recipient_number},
};

/// Writes the records of one scheme of one local government, numbering them from 1.
pub(crate) struct Register {
    of: &'static LocalGovernment,
    scheme: Scheme,
    chance: Chance,
    serial: u64,
}

impl Register {
    pub(crate) fn new(seed: u64, of: &'static LocalGovernment, scheme: Scheme) -> Self {
        let chance = Chance::named(seed, &format!("records/{}/{}", of.code, scheme.prefix()));
        Self { of, scheme, chance, serial: 0 }
    }

    pub(crate) fn of(&self) -> &'static LocalGovernment {
        self.of
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// A record of which nothing is out of the ordinary.
    pub(crate) fn record(&mut self, person: &Person) -> SubjectRecord {
        self.serial += 1;
        let scheme = self.scheme;
        let code: MunicipalityCode = self.of.code;
        let terms = scheme.terms(person.basic_five.date_of_birth, &mut self.chance);
        SubjectRecord {
            org_specific_certificate_type_id: scheme.certificate_type().to_owned(),
            my_number: person.number.expose().to_owned(),
            basic_five_info: basic_five_info(&person.basic_five),
            certification_name: scheme.certification_name().to_owned(),
            medical_subsidy_insurer_number: Some(scheme.payer_number(code, self.serial)),
            medical_subsidy_recipient_number: Some(recipient_number(self.serial)),
            segment: Some(terms.segment.to_owned()),
            income_segment: terms.income_segment.map(str::to_owned),
            designated_medical_institutions: designated(scheme).map(str::to_owned),
            is_always_reimbursement: "0".to_owned(),
            max_copayment_amount: Some(Verbatim::from(&terms.max_copayment)),
            valid_from: terms.valid_from.to_string(),
            valid_to: terms.valid_to.to_string(),
            history_key: format!("{}-{:08}", scheme.prefix(), self.serial),
            certification_detail: detail(self.of, terms.valid_from),
            display_order: Some(scheme.display_order()),
            ..SubjectRecord::blank()
        }
    }
}

/// 指定医療機関情報, free text. Schemes for children name none.
fn designated(scheme: Scheme) -> Option<&'static str> {
    match scheme {
        Scheme::TokyoMental => Some("架空しんじゅく診療所"),
        Scheme::SaitamaIntractable => Some("難病法に基づく指定医療機関"),
        Scheme::OsakaChild | Scheme::KawasakiChild | Scheme::OtherChild => None,
    }
}

/// 受給者証券面項目: what else is printed on the certificate.
pub(crate) fn detail(of: &LocalGovernment, issued: Date) -> Verbatim {
    Verbatim::from(&json!([{ "交付年月日": issued.to_string(), "発行機関名": of.name() }]))
}

#[cfg(test)]
mod tests {
    use pmh_domain::Strictness;
    use pmh_wire::Rules;

    use super::*;
    use crate::{
        municipalities,
        numbers::{CheckDigits, Numbers},
        population::People,
    };

    #[test]
    fn every_scheme_writes_records_that_a_strict_hub_takes_without_a_warning() {
        for code in ["271004", "130001", "111007", "141305", "010006"] {
            let of = municipalities::find(code.parse().unwrap()).unwrap();
            let scheme = Scheme::of(of.code);
            let mut register = Register::new(1, of, scheme);
            let mut people =
                People::new(1, "test", of, scheme.ages(), Numbers::generated(1, of, CheckDigits::Wrong));
            let rules = Rules { strictness: Strictness::Strict, accept_real_looking: false };
            for _ in 0..200 {
                let parsed = register.record(&people.person()).parse(of.code, rules);
                assert_eq!(parsed.subject.as_ref().err(), None, "{code}");
                assert_eq!(parsed.warnings, [], "{code}");
            }
        }
    }

    #[test]
    fn history_keys_and_recipient_numbers_are_the_persons_own() {
        let of = municipalities::find("271004".parse().unwrap()).unwrap();
        let mut register = Register::new(1, of, Scheme::OsakaChild);
        let mut people = People::new(
            1,
            "test",
            of,
            Scheme::OsakaChild.ages(),
            Numbers::generated(1, of, CheckDigits::Wrong),
        );
        let first = register.record(&people.person());
        let second = register.record(&people.person());
        assert_eq!((first.history_key.as_str(), second.history_key.as_str()), ("OC-00000001", "OC-00000002"));
        assert_ne!(first.medical_subsidy_recipient_number, second.medical_subsidy_recipient_number);
    }
}
