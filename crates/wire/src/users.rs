//! Users of the registration door: signing in, accounts, the access table. The items are those of ユーザー情報
//! (001:256-257); paths, names and every other member are *assumed*.

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

mod access_table;

pub use access_table::{ACCESS_TABLE_HEADINGS, write_access_table};

/// In a list of programs: all of them.
pub const ALL_PROGRAMS: &str = "*";

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserLogin {
    pub institution_master_id: String,
    pub user_id: String,
    pub password: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserSession {
    /// For `Authorization: Bearer <session>`, from the terminal that signed in.
    pub session: String,
    pub ends_at: String,
    pub password_expires_at: String,
    /// The word of [`Role`](pmh_domain::user::Role).
    pub role: String,
    pub rights: Vec<String>,
    /// Accounts of the organisation that nobody has looked at in time. Only for who may manage them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviews_overdue: Option<u64>,
    /// Whether the operation log should have been reviewed by now. Only for who may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_operation_review_overdue: Option<bool>,
}

/// Needs no session: a first password and an expired one open none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordChange {
    pub institution_master_id: String,
    pub user_id: String,
    pub password: String,
    pub new_password: String,
}

/// Name and address of one natural person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserPerson {
    pub name: String,
    pub mail: String,
}

/// What is applied for, in the applicant's own organisation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserApplication {
    pub user_id: String,
    pub role: String,
    pub rights: Vec<String>,
    /// Programs in charge, or `["*"]`.
    pub programs: Vec<String>,
    pub number_viewing: bool,
    /// Terminals from which files may be loaded; an unattended system comes from these alone.
    #[serde(default)]
    pub terminals: Vec<String>,
    /// Of a person's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserPerson>,
    /// Of an unattended system: the account of the person who stands for its credential. It ends with that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible_user_id: Option<String>,
}

/// Names an account in a body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserNamed {
    pub user_id: String,
}

/// Members that are absent stay as they are. Name and mail address never change in one step: that would hand the
/// account to somebody else.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserChange {
    pub user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserPerson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_viewing: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminals: Option<Vec<String>>,
}

/// Shown once; the hub keeps a hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssuedSecret {
    pub user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_password: Option<String>,
    /// For `Authorization: Bearer <credential>` of an unattended system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// 異動情報 (001:309): whose rights end, from which day of Japan on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserMovement {
    pub user_id: String,
    /// The first day without rights.
    pub from: String,
    pub reason: MovementReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementReason {
    /// 人事異動.
    Transfer,
    /// 退職.
    Retirement,
    /// Another duty in the same office (担当替え, 001:309).
    Duty,
}

impl MovementReason {
    pub const ALL: [Self; 3] = [Self::Transfer, Self::Retirement, Self::Duty];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Retirement => "retirement",
            Self::Duty => "duty",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Movements of one list take effect together or not at all.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserMovements {
    pub movements: Vec<UserMovement>,
}

/// Movements in one list.
pub const MOVEMENTS_MAX: usize = 1_000;

/// What a review of the access table found (001:312).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserReview {
    #[serde(default)]
    pub keep: Vec<String>,
    /// Accounts that are no longer needed: they end at once.
    #[serde(default)]
    pub withdraw: Vec<String>,
}

/// One row of the access table (管理表).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserRow {
    pub institution_master_id: String,
    pub user_id: String,
    pub name: String,
    pub mail: String,
    pub role: String,
    /// What the account was given.
    pub rights: Vec<String>,
    /// What of it counts on this day: all while the account is active, otherwise nothing.
    pub effective_rights: Vec<String>,
    pub number_viewing: bool,
    pub programs: Vec<String>,
    pub terminals: Vec<String>,
    /// The word of [`AccountState`](pmh_domain::user::AccountState) on this day.
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible_user_id: Option<String>,
    pub review_due_at: String,
    pub is_review_overdue: bool,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Users {
    /// The day of Japan of which the table tells.
    pub on: String,
    pub users: Vec<UserRow>,
    pub reviews_overdue: u64,
}

redacted_debug!(
    UserLogin,
    UserSession,
    PasswordChange,
    UserPerson,
    UserApplication,
    UserNamed,
    UserChange,
    IssuedSecret,
    UserMovement,
    UserMovements,
    UserReview,
    UserRow,
    Users
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_user_prints() {
        let login = UserLogin {
            institution_master_id: "271004-1".to_owned(),
            user_id: "s-0001".to_owned(),
            password: "correct horse".to_owned(),
        };
        assert_eq!(format!("{login:?}"), "UserLogin(…)");
    }

    #[test]
    fn a_reason_survives_its_word_in_bodies_and_rows() {
        for reason in MovementReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert_eq!(MovementReason::parse(reason.as_str()), Some(reason));
        }
    }

    #[test]
    fn an_application_refuses_members_that_it_does_not_know() {
        let text = r#"{"userId":"s-1","role":"clerk","rights":[],"programs":[],"numberViewing":false,"state":"active"}"#;
        assert!(serde_json::from_str::<UserApplication>(text).is_err());
    }
}
