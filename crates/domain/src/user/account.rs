//! The states of an account, and what moves it from one to the next.
//!
//! | from | by | to |
//! |---|---|---|
//! | applied | approval by another person | approved |
//! | approved | issue of a first password | first password |
//! | approved | issue of a credential (unattended) | active |
//! | first password | the holder's own password | active |
//! | active, first password | wrong passwords in a row | locked |
//! | active, first password, locked | a new first password (unattended: credential) | first password (active) |
//! | any | the day of a movement, a review that withdraws | ended |
//!
//! Nothing leads out of *ended*: an id is never given to anybody again.

use crate::Date;
use crate::user::{Parameters, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountState {
    Applied,
    Approved,
    FirstPassword,
    Active,
    Locked,
    Ended,
}

impl AccountState {
    pub const ALL: [Self; 6] =
        [Self::Applied, Self::Approved, Self::FirstPassword, Self::Active, Self::Locked, Self::Ended];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Approved => "approved",
            Self::FirstPassword => "first_password",
            Self::Active => "active",
            Self::Locked => "locked",
            Self::Ended => "ended",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: AccountState,
    /// From this day of Japan on the account has no rights (001:309).
    pub ends_on: Option<Date>,
    /// When the password that now counts was set or issued.
    pub password_set_ms: i64,
    /// Wrong passwords in a row, with the one that is being checked.
    pub tries: u8,
    /// The approval counts as the first review.
    pub reviewed_ms: i64,
}

/// The account is in a state in which this cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not possible in this state of the account")]
pub struct NotPossible;

/// Whoever asks for rights does not grant them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another person must decide this")]
pub struct OwnDecision;

/// Why nobody is signed in, although the account is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefusal {
    /// Not approved, ended, or not one that signs in by password: answered like a wrong password.
    #[error("no such user or password")]
    NotKnown,
    #[error("locked")]
    Locked,
    /// Only told to whoever knows the password.
    #[error("the first password must be changed")]
    FirstPassword,
    /// Only told to whoever knows the password.
    #[error("the password has expired")]
    Expired,
}

/// Approval by another person (001:309): neither who filed the application nor whom it is for.
pub fn decided_by_another<Account: PartialEq>(
    decider: &Account,
    applicant: &Account,
    subject: &Account,
) -> Result<(), OwnDecision> {
    if decider == applicant || decider == subject { Err(OwnDecision) } else { Ok(()) }
}

impl Standing {
    pub fn applied(now_ms: i64) -> Self {
        Self {
            state: AccountState::Applied,
            ends_on: None,
            password_set_ms: now_ms,
            tries: 0,
            reviewed_ms: now_ms,
        }
    }

    /// The state on a day: a movement ends an account without anybody touching it.
    pub fn state_on(&self, today: Date) -> AccountState {
        match self.ends_on {
            Some(day) if today >= day => AccountState::Ended,
            _ => self.state,
        }
    }

    pub fn may_act(&self, today: Date) -> bool {
        self.state_on(today) == AccountState::Active
    }

    pub fn approve(self, now_ms: i64, today: Date) -> Result<Self, NotPossible> {
        if self.state_on(today) != AccountState::Applied {
            return Err(NotPossible);
        }
        Ok(Self { state: AccountState::Approved, reviewed_ms: now_ms, ..self })
    }

    /// A first password or a credential was issued; the one before no longer counts.
    pub fn issue(self, role: Role, now_ms: i64, today: Date) -> Result<Self, NotPossible> {
        match self.state_on(today) {
            AccountState::Applied | AccountState::Ended => Err(NotPossible),
            _ => {
                let state = match role {
                    Role::Unattended => AccountState::Active,
                    Role::Administrator | Role::Clerk => AccountState::FirstPassword,
                };
                Ok(Self { state, password_set_ms: now_ms, tries: 0, ..self })
            }
        }
    }

    /// Counts a try before its password is checked, so that guesses sent at the same moment count too.
    pub fn count_try(self, role: Role, parameters: &Parameters, today: Date) -> Result<Self, SignInRefusal> {
        match self.state_on(today) {
            AccountState::Locked => Err(SignInRefusal::Locked),
            AccountState::Applied | AccountState::Approved | AccountState::Ended => {
                Err(SignInRefusal::NotKnown)
            }
            AccountState::FirstPassword | AccountState::Active if role == Role::Unattended => {
                Err(SignInRefusal::NotKnown)
            }
            AccountState::FirstPassword | AccountState::Active if self.tries >= parameters.tries_max => {
                Err(SignInRefusal::Locked)
            }
            AccountState::FirstPassword | AccountState::Active => Ok(Self { tries: self.tries + 1, ..self }),
        }
    }

    /// The counted try was wrong.
    #[must_use]
    pub fn password_was_wrong(self, parameters: &Parameters) -> Self {
        if self.tries < parameters.tries_max { self } else { Self { state: AccountState::Locked, ..self } }
    }

    /// The counted try was right. Says also whether the password opens a session or must be changed first.
    pub fn password_was_right(
        self,
        parameters: &Parameters,
        now_ms: i64,
    ) -> (Self, Result<(), SignInRefusal>) {
        let outcome = if self.state == AccountState::Locked {
            // Guesses sent at the same moment have locked it meanwhile.
            return (self, Err(SignInRefusal::Locked));
        } else if parameters.is_password_expired(self.password_set_ms, now_ms) {
            Err(SignInRefusal::Expired)
        } else if self.state == AccountState::FirstPassword {
            Err(SignInRefusal::FirstPassword)
        } else {
            Ok(())
        };
        (Self { tries: 0, ..self }, outcome)
    }

    /// The holder chose a password, having shown the one before.
    #[must_use]
    pub fn password_was_chosen(self, now_ms: i64) -> Self {
        Self { state: AccountState::Active, password_set_ms: now_ms, tries: 0, ..self }
    }

    /// A movement. A later list may name another day as long as the first has not come.
    pub fn end_on(self, day: Date, today: Date) -> Result<Self, NotPossible> {
        if self.state_on(today) == AccountState::Ended {
            return Err(NotPossible);
        }
        Ok(Self { ends_on: Some(day), ..self })
    }

    /// A review found the account still needed, or not.
    pub fn review(self, keep: bool, now_ms: i64, today: Date) -> Result<Self, NotPossible> {
        if self.state_on(today) == AccountState::Ended {
            return Err(NotPossible);
        }
        let state = if keep { self.state } else { AccountState::Ended };
        Ok(Self { state, reviewed_ms: now_ms, ..self })
    }

    /// Whether somebody should have looked at it by now. What is over needs no look.
    pub fn is_review_overdue(&self, parameters: &Parameters, now_ms: i64, today: Date) -> bool {
        self.state_on(today) != AccountState::Ended && now_ms >= parameters.review_due_ms(self.reviewed_ms)
    }
}

#[cfg(test)]
mod tests;
