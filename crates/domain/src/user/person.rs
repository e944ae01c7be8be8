//! An account belongs to one natural person; shared ids are not issued (001:312).

use crate::text::{TextError, checked, personal_text};

personal_text! {
    /// メールアドレス. Form *assumed*: one `@` with something before and a full stop after it, no white space.
    Mail, 254
}

/// Who an account was issued to: ユーザー氏名 and メールアドレス.
#[derive(Clone, PartialEq, Eq)]
pub struct NaturalPerson {
    name: String,
    mail: Mail,
}

redacted!(NaturalPerson);

/// Why name and mail are not one natural person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPersonal {
    #[error("the name: {0}")]
    Name(TextError),
    #[error("the mail address is none")]
    Mail,
    #[error("more than one person is named")]
    SeveralPeople,
    #[error("an office or a function is named, not a person")]
    Office,
}

/// What stands between the names of two people, and in no name of one.
const SEPARATORS: &[char] = &[',', '、', '，', ';', '；', '/', '／', '&', '＆', '+', '＋'];
/// Words of shared accounts.
const SHARED: &[&str] = &["共用", "共有", "共通", "担当"];
/// How names of offices end.
const OFFICES: &[char] = &['課', '係'];

impl NaturalPerson {
    pub const NAME_CHARACTERS_MAX: usize = 100;

    /// No form tells a person from an office for certain. These are the usual ways in which a shared account is
    /// asked for (*assumed*): several names in one, the name of an office, nobody at all.
    pub fn parse(name: &str, mail: &str) -> Result<Self, NotPersonal> {
        let name = checked(name, Self::NAME_CHARACTERS_MAX).map_err(NotPersonal::Name)?;
        if name.contains(SEPARATORS) {
            return Err(NotPersonal::SeveralPeople);
        }
        // A spreadsheet takes what begins so for a formula, and no person's name begins so.
        let is_formula = name.starts_with(['=', '-', '@']);
        if is_formula || name.trim_end().ends_with(OFFICES) || SHARED.iter().any(|word| name.contains(word)) {
            return Err(NotPersonal::Office);
        }
        Ok(Self { name, mail: Mail::parse_address(mail).ok_or(NotPersonal::Mail)? })
    }

    pub fn expose_name(&self) -> &str {
        &self.name
    }

    pub fn mail(&self) -> &Mail {
        &self.mail
    }

    /// Whether `other` may be the same person under a new name or a new address. Both at once would hand the
    /// account over to somebody else (*assumed*).
    pub fn may_become(&self, other: &Self) -> bool {
        self.name == other.name || self.mail == other.mail
    }
}

impl Mail {
    /// Lower case, so that one mailbox has one spelling.
    pub fn parse_address(text: &str) -> Option<Self> {
        let mail = Self::parse(&text.to_ascii_lowercase()).ok()?;
        let (local, domain) = mail.expose().split_once('@')?;
        let plain = |text: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
            !text.is_empty()
                && text.bytes().all(allowed)
                && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        (plain(local) && plain(domain) && domain.contains('.')).then_some(mail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> NotPersonal {
        NaturalPerson::parse(name, "a@city.example").unwrap_err()
    }

    #[test]
    fn one_person_is_taken_also_with_a_foreign_name() {
        for name in ["北浜　湊", "マリア・デ・ラ・クルス", "O'Brien Anne-Marie"] {
            assert!(NaturalPerson::parse(name, "a.b@city.example").is_ok(), "{name}");
        }
    }

    #[test]
    fn nobody_two_people_and_an_office_are_refused() {
        assert_eq!(refused(" \u{3000}"), NotPersonal::Name(TextError::Empty));
        assert_eq!(refused("北浜　湊、淀屋　橋子"), NotPersonal::SeveralPeople);
        assert_eq!(refused("北浜 湊 / 淀屋 橋子"), NotPersonal::SeveralPeople);
        for name in ["こども家庭課", "窓口係", "窓口共用", "医療助成担当", "=1+1", "@SUM"]
        {
            assert!(matches!(refused(name), NotPersonal::Office | NotPersonal::SeveralPeople), "{name}");
        }
    }

    #[test]
    fn a_mail_address_has_two_sides() {
        for mail in ["", "a", "a@b", "@b.example", "a@@b.example", "a b@c.example", "=a@b.example"] {
            assert_eq!(NaturalPerson::parse("北浜　湊", mail), Err(NotPersonal::Mail), "{mail}");
        }
        assert_eq!(Mail::parse_address("A@City.example"), Mail::parse_address("a@city.example"));
    }

    #[test]
    fn a_person_changes_name_or_address_but_not_both_at_once() {
        let before = NaturalPerson::parse("北浜　湊", "a@city.example").unwrap();
        let married = NaturalPerson::parse("天満　湊", "a@city.example").unwrap();
        let other = NaturalPerson::parse("淀屋　橋子", "b@city.example").unwrap();
        assert!(before.may_become(&married) && !before.may_become(&other));
    }

    #[test]
    fn nothing_of_a_person_prints() {
        let person = NaturalPerson::parse("北浜　湊", "a@city.example").unwrap();
        assert_eq!(format!("{person:?} {:?}", person.mail()), "NaturalPerson(…) Mail(…)");
    }
}
