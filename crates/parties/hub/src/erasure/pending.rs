//! A request while it waits: whom it is about, who asked, under which document. It stands sealed and is forgotten
//! with the erasure.

use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::Code;
use serde::{Deserialize, Serialize};

use crate::access::PartitionAccess;

/// Characters of a user id and of a document's number. *Assumed.*
const NAME_CHARS_MAX: usize = 64;

/// One of the two people of an erasure.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Actor {
    #[serde(rename = "requested_by")]
    pub(crate) name: String,
    /// Who proved it by signing in; nobody where a body or the operator names.
    #[serde(default)]
    account: Option<ProvenAccount>,
}

#[derive(Clone, Serialize, Deserialize)]
struct ProvenAccount {
    number: i64,
    /// A person who got a second account has one mailbox.
    mail: String,
}

impl Actor {
    /// Whoever is signed in; where nobody signs in, whom the body names. A name beside a sign-in is refused: it
    /// could only say something else.
    pub(crate) fn of(access: &PartitionAccess, named: Option<&str>, field: &str) -> Result<Self, Refused> {
        let Some(caller) = access.caller() else {
            return Ok(Self::named(user_id(named.unwrap_or_default(), field)?));
        };
        if named.is_some() {
            return Err(Code::SignedInPersonActs.problem().at_field(field).into());
        }
        // No system erases, whatever its rights are.
        let person = caller.person.as_ref().ok_or(Code::RightMissing)?;
        let account = ProvenAccount { number: caller.account, mail: person.mail().expose().to_owned() };
        Ok(Self { name: caller.user_id.expose().to_owned(), account: Some(account) })
    }

    pub(crate) fn named(name: String) -> Self {
        Self { name, account: None }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    /// In the partition's own count; none for the whole partition.
    pub(crate) person: Option<i64>,
    #[serde(flatten)]
    pub(crate) first: Actor,
    /// By which certificate or credential the request came.
    pub(crate) principal: String,
    pub(crate) document: String,
}

impl Pending {
    pub(crate) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a struct of strings and numbers always serialises")
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        serde_json::from_slice(bytes)
            .map_err(|_| StoreError::Inconsistent { table: "erasure", column: "pending" })
    }

    /// Whether `second` is another natural person than who asked. One is one account or mailbox; where nobody
    /// signed in, one user id, however it is typed (001:312 knows no shared ones).
    pub(crate) fn is_another_person(&self, second: &Actor) -> bool {
        match (&self.first.account, &second.account) {
            (Some(first), Some(second)) => first.number != second.number && first.mail != second.mail,
            // Who asked before people signed in proved nothing.
            (None, Some(_)) => false,
            (_, None) => !self.first.name.eq_ignore_ascii_case(&second.name),
        }
    }
}

/// A user id: 1 to 64 half-width letters, digits and `-._@`.
pub(crate) fn user_id(text: &str, field: &str) -> Result<String, Refused> {
    name(text, "-._@", field)
}

/// The number of a document: 1 to 64 half-width letters, digits and `-._/`.
pub(crate) fn document(text: &str) -> Result<String, Refused> {
    name(text, "-._/", "document")
}

fn name(text: &str, signs: &str, field: &str) -> Result<String, Refused> {
    let is_name = (1..=NAME_CHARS_MAX).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c));
    if is_name { Ok(text.to_owned()) } else { Err(Code::InvalidMember.problem().at_field(field).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_by(first: Actor) -> Pending {
        let principal = "urn:pmh-sim:municipality:271004".to_owned();
        Pending { person: Some(1), first, principal, document: "2026/1".to_owned() }
    }

    fn named(name: &str) -> Actor {
        Actor::named(name.to_owned())
    }

    fn signed_in(number: i64, mail: &str) -> Actor {
        let account = Some(ProvenAccount { number, mail: mail.to_owned() });
        Actor { name: format!("s-{number}"), account }
    }

    #[test]
    fn one_person_is_one_user_id_however_it_is_typed() {
        let pending = asked_by(named("Sato@osaka"));
        assert!(!pending.is_another_person(&named("sato@OSAKA")));
        assert!(pending.is_another_person(&named("sato2@osaka")));
    }

    #[test]
    fn one_person_is_one_mailbox_whatever_the_account() {
        let pending = asked_by(signed_in(1, "sato@city.example"));
        assert!(!pending.is_another_person(&signed_in(1, "kato@city.example")));
        assert!(!pending.is_another_person(&signed_in(2, "sato@city.example")));
        assert!(pending.is_another_person(&signed_in(2, "kato@city.example")));
        assert!(!pending.is_another_person(&named("S-1")), "the operator under the same name");
        assert!(!asked_by(named("sato")).is_another_person(&signed_in(1, "kato@city.example")));
    }

    #[test]
    fn a_request_from_before_people_signed_in_can_still_be_read() {
        let stored = br#"{"person":1,"requested_by":"sato","principal":"p","document":"d"}"#;
        let pending = Pending::decode(stored).unwrap();
        assert_eq!(pending.first.name, "sato");
        assert!(Pending::decode(&asked_by(signed_in(1, "a@b.example")).encode()).is_ok());
    }

    #[test]
    fn a_user_id_has_no_spaces_and_an_end() {
        assert!(user_id("sato.hanako@osaka-1", "approvedBy").is_ok() && document("2026/保").is_err());
        for wrong in ["", " sato", "sato ", "佐藤", &"a".repeat(65)] {
            assert!(user_id(wrong, "approvedBy").is_err(), "{wrong}");
        }
    }
}
