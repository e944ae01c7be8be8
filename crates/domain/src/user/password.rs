//! Which passwords are taken (001:303: long enough, hard to guess, changed regularly), and how long things last.

use crate::user::UserId;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const MINUTE_MS: i64 = 60 * 1_000;

/// How long things last, in virtual time. The seeds say that passwords expire (001:312) and that the access table
/// is reviewed regularly; every figure is *assumed*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    pub password_days: u16,
    /// Wrong passwords in a row that lock an account.
    pub tries_max: u8,
    /// From signing in, whatever is done meanwhile.
    pub session_minutes: u16,
    /// From one review of an account to the next.
    pub review_days: u16,
    /// From one review of the operation log to the next (001:314 says "regularly").
    pub operation_review_days: u16,
    pub policy: PasswordPolicy,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            password_days: 90,
            tries_max: 3,
            session_minutes: 60,
            review_days: 180,
            operation_review_days: 30,
            policy: PasswordPolicy::default(),
        }
    }
}

impl Parameters {
    /// Whether a password that was set then is no longer taken. One from the future, as after setting the clock
    /// back, is.
    pub fn is_password_expired(&self, set_ms: i64, now_ms: i64) -> bool {
        now_ms >= self.password_expires_ms(set_ms)
    }

    pub fn password_expires_ms(&self, set_ms: i64) -> i64 {
        set_ms.saturating_add(i64::from(self.password_days) * DAY_MS)
    }

    pub fn review_due_ms(&self, reviewed_ms: i64) -> i64 {
        reviewed_ms.saturating_add(i64::from(self.review_days) * DAY_MS)
    }

    /// The next review, after one that went as far as this moment.
    pub fn operation_review_due_ms(&self, until_ms: i64) -> i64 {
        until_ms.saturating_add(i64::from(self.operation_review_days) * DAY_MS)
    }

    pub fn session_from(&self, now_ms: i64) -> SessionSpan {
        let ends_ms = now_ms.saturating_add(i64::from(self.session_minutes) * MINUTE_MS);
        SessionSpan { opened_ms: now_ms, ends_ms }
    }
}

/// When a session is open. It ends by time alone here; movements and locks end it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSpan {
    pub opened_ms: i64,
    pub ends_ms: i64,
}

impl SessionSpan {
    /// A session from before the clock was set back is over: it would otherwise last longer than it was given.
    pub fn is_open(&self, now_ms: i64) -> bool {
        (self.opened_ms..self.ends_ms).contains(&now_ms)
    }
}

/// What a password chosen by a user must be (*assumed*). Length, not a mixture of classes, makes it hard to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    pub characters_min: usize,
    /// So that nobody keeps the hub busy with hashing.
    pub characters_max: usize,
    pub different_characters_min: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { characters_min: 12, characters_max: 128, different_characters_min: 6 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    #[error("too short")]
    TooShort,
    #[error("too long")]
    TooLong,
    #[error("a control character")]
    Control,
    #[error("too few different characters")]
    TooUniform,
    #[error("holds the user id")]
    HoldsUserId,
    #[error("the password before")]
    Unchanged,
}

impl PasswordPolicy {
    pub fn check(&self, new: &str, before: &str, user: &UserId) -> Result<(), PasswordFault> {
        let characters = new.chars().count();
        let different = new.chars().collect::<std::collections::BTreeSet<_>>().len();
        if characters < self.characters_min {
            Err(PasswordFault::TooShort)
        } else if characters > self.characters_max {
            Err(PasswordFault::TooLong)
        } else if new.chars().any(char::is_control) {
            Err(PasswordFault::Control)
        } else if different < self.different_characters_min {
            Err(PasswordFault::TooUniform)
        } else if new.to_lowercase().contains(user.expose()) {
            Err(PasswordFault::HoldsUserId)
        } else if new == before {
            Err(PasswordFault::Unchanged)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_various_new_and_not_the_user_id() {
        let user = UserId::parse("s-0001").unwrap();
        let check = |new: &str| PasswordPolicy::default().check(new, "the one before", &user);
        assert_eq!(check("short word"), Err(PasswordFault::TooShort));
        assert_eq!(check(&"ab".repeat(65)), Err(PasswordFault::TooLong));
        assert_eq!(check("tab\tin the middle"), Err(PasswordFault::Control));
        assert_eq!(check("aaaabbbbcccc"), Err(PasswordFault::TooUniform));
        assert_eq!(check("my S-0001 password"), Err(PasswordFault::HoldsUserId));
        assert_eq!(check("the one before"), Err(PasswordFault::Unchanged));
        assert_eq!(check("淀川の花火は八月の初めの土曜"), Ok(()));
        assert_eq!(check("correct horse battery"), Ok(()));
    }

    #[test]
    fn a_password_lasts_ninety_days() {
        let parameters = Parameters::default();
        assert!(!parameters.is_password_expired(0, 90 * DAY_MS - 1));
        assert!(parameters.is_password_expired(0, 90 * DAY_MS));
        assert!(!parameters.is_password_expired(DAY_MS, 0));
    }

    #[test]
    fn a_session_ends_by_time_and_by_a_clock_that_goes_back() {
        let session = Parameters::default().session_from(1_000);
        assert!(session.is_open(1_000) && session.is_open(1_000 + 60 * MINUTE_MS - 1));
        assert!(!session.is_open(1_000 + 60 * MINUTE_MS));
        assert!(!session.is_open(999));
    }
}
