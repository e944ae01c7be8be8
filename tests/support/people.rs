//! Invented people, as few as a test needs. Their Individual Numbers carry a wrong check digit.

use pmh_crypto::sha256;
use pmh_domain::{IndividualNumber, PmhId, PortalPseudonym};
use pmh_simulator::leak_scan::{Kind, Wanted};
use pmh_wire::{
    BasicFiveInfo, CardStateBody, EnrolAccount, EnrolCard, EnrolPerson, Qualification, SubjectRecord,
    Verbatim,
};

/// The people whom insurers and the portal know in every world of the suite: [`person`] of 0 to 11.
pub(crate) const ENROLLED: u64 = 12;

#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) my_number: String,
    pub(crate) five: BasicFiveInfo,
    pub(crate) card: String,
    pub(crate) pin: String,
    at: u64,
}

/// The same number is the same person, in every test.
pub(crate) fn person(at: u64) -> Person {
    let number = IndividualNumber::with_wrong_check_digit(90_100_000_000 + at);
    Person {
        my_number: number.expose().to_owned(),
        five: BasicFiveInfo {
            name: format!("試験　{at}号"),
            name_kana: format!("シケン　{at}ゴウ"),
            address: format!("大阪府大阪市北区天神橋{}丁目", at + 1),
            date_of_birth: format!("2015-06-{:02}", at % 28 + 1),
            sex: "2".to_owned(),
        },
        card: format!("CARD-{at:04}"),
        pin: format!("{:04}", 1_000 + at),
        at,
    }
}

impl Person {
    /// A certificate in force, with nothing out of the ordinary.
    pub(crate) fn record(&self) -> SubjectRecord {
        SubjectRecord {
            org_specific_certificate_type_id: "OsakaChild".to_owned(),
            my_number: self.my_number.clone(),
            basic_five_info: self.five.clone(),
            certification_name: "こども医療証".to_owned(),
            medical_subsidy_insurer_number: Some("90271006".to_owned()),
            medical_subsidy_recipient_number: Some(format!("{:07}", self.at)),
            is_always_reimbursement: "0".to_owned(),
            max_copayment_amount: Some(json(r#"{"perDay":500}"#)),
            valid_from: "2026-04-01".to_owned(),
            valid_to: "2027-03-31".to_owned(),
            history_key: format!("H-{:04}", self.at),
            certification_detail: json(r#"[{"発行機関名":"大阪市"}]"#),
            ..SubjectRecord::blank()
        }
    }

    pub(crate) fn at_intermediate(&self) -> EnrolPerson {
        EnrolPerson {
            my_number: self.my_number.clone(),
            basic_five_info: self.five.clone(),
            linking_number: self.linking_number(),
        }
    }

    pub(crate) fn at_eligibility(&self) -> EnrolCard {
        EnrolCard {
            linking_number: self.linking_number(),
            card_serial: self.card.clone(),
            portal_pseudonym: self.portal_pseudonym(),
            insurance: Qualification::Valid,
            valid_to: None,
            state: CardStateBody::Active,
        }
    }

    pub(crate) fn at_portal(&self) -> EnrolAccount {
        EnrolAccount {
            card_serial: self.card.clone(),
            pin: self.pin.clone(),
            portal_pseudonym: self.portal_pseudonym(),
            valid_to: None,
            state: CardStateBody::Active,
        }
    }

    pub(super) fn is_looked_for(&self, wanted: &mut Wanted) {
        wanted.text(Kind::IndividualNumber, &self.my_number);
        for name in [&self.five.name, &self.five.name_kana] {
            wanted.text(Kind::Name, name);
        }
        wanted.text(Kind::Address, &self.five.address);
        wanted.text(Kind::CardSerial, &self.card);
        wanted.text(Kind::LinkingNumber, &self.linking_number());
        wanted.text(Kind::PortalPseudonym, &self.portal_pseudonym());
        wanted.pmh_id(&self.pmh_id());
    }

    fn linking_number(&self) -> String {
        format!("LN-{:032}", self.at)
    }

    fn portal_pseudonym(&self) -> String {
        PortalPseudonym::from_bytes(sha256(self.card.as_bytes())).expose_text()
    }

    /// The PMH-ID that [`ScriptedIntermediate`](super::numbering::ScriptedIntermediate) numbers this person with.
    pub(crate) fn pmh_id(&self) -> PmhId {
        scripted_pmh_id(&self.my_number)
    }
}

pub(super) fn scripted_pmh_id(my_number: &str) -> PmhId {
    let hash = sha256(my_number.as_bytes());
    PmhId::from_bytes(*hash.first_chunk().unwrap())
}

pub(crate) fn json(text: &str) -> Verbatim {
    Verbatim::from_text(text.to_owned()).unwrap()
}

/// The body of `POST /registration/v1/subjects`.
pub(crate) fn array(records: &[SubjectRecord]) -> Vec<u8> {
    serde_json::to_vec(records).unwrap()
}
