//! An answer's JSON, written member by member out of what was opened: through the wire's types each text would be looked
//! at three times (`bench/README.md`). A test holds it to what those types write.
//!
//! What was opened is what `encode` took from a registered certificate, and sealed since: its texts are UTF-8, and its
//! inner JSON is JSON. Neither is checked again.

use pmh_domain::Validity;

use super::{Content, Visible};

/// Room for an answer about somebody with three certificates: it seldom has to grow.
const JSON_BYTES: usize = 2_048;

pub(super) fn write<'a>(answered_at: &str, shown: impl Iterator<Item = Visible<'a>>) -> Vec<u8> {
    let mut json = Json(Vec::with_capacity(JSON_BYTES));
    json.text(r#"{"answeredAt":"#, answered_at.as_bytes());
    json.push(r#","subsidies":["#);
    for (at, one) in shown.enumerate() {
        json.push(if at == 0 { "" } else { "," });
        match one {
            Visible::Prepared { municipality, program, content, validity } => {
                json.subsidy((municipality, &program), &content, validity);
            }
            Visible::Former(subsidy) => json.push(subsidy.get()),
        }
    }
    json.push("]}");
    json.0
}

struct Json(Vec<u8>);

impl Json {
    fn push(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    fn subsidy(&mut self, (municipality, program): (&str, &str), content: &Content<'_>, validity: Validity) {
        self.text(r#"{"municipalityCode":"#, municipality.as_bytes());
        self.text(r#","programId":"#, program.as_bytes());
        self.text(r#","certificationName":"#, content.name);
        self.text_if_any(r#","medicalSubsidyInsurerNumber":"#, content.payer_number);
        self.text_if_any(r#","medicalSubsidyRecipientNumber":"#, content.recipient_number);
        self.text_if_any(r#","segment":"#, content.segment);
        self.text_if_any(r#","incomeSegment":"#, content.income_segment);
        self.text_if_any(r#","designatedMedicalInstitutions":"#, content.designated_institutions);
        self.text(r#","isAlwaysReimbursement":"#, content.always_reimbursement);
        if let Some(limit) = content.max_copayment {
            self.verbatim(r#","maxCopaymentAmount":"#, limit);
        }
        self.text(r#","validFrom":"#, &validity.from().text());
        self.text(r#","validTo":"#, &validity.to().text());
        self.verbatim(r#","certificationDetail":"#, content.detail);
        self.push("}");
    }

    fn verbatim(&mut self, name: &str, json: &[u8]) {
        self.push(name);
        self.0.extend_from_slice(json);
    }

    fn text_if_any(&mut self, name: &str, text: Option<&[u8]>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn text(&mut self, name: &str, text: &[u8]) {
        self.push(name);
        // All of it is looked at, also behind one that is found: so several bytes are looked at at once.
        let is_to_escape = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        if text.iter().fold(false, |found, byte| found | is_to_escape(*byte)) {
            let text = String::from_utf8_lossy(text);
            serde_json::to_writer(&mut self.0, &text).expect("a text always serialises");
            return;
        }
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }
}
