//! What a user may do (ユーザー区分, ユーザー権限ID), in one table.

use std::fmt;

/// One right. The words are ours (*assumed*): the seeds name the item ユーザー権限ID and not its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// Hand in records as JSON.
    Register,
    /// Hand in records that take others away.
    Delete,
    /// Load files; only at terminals named for it (001:322).
    LoadFiles,
    /// See tasks, their results and their people.
    FollowTasks,
    /// Look somebody up by Individual Number.
    Search,
    /// Fetch the signed heads of the audit.
    ReadCheckpoints,
    /// Approve, change, move, review accounts; issue first passwords.
    ManageUsers,
    /// Take the access table (管理表) out.
    ExportAccessTable,
    /// Ask for an erasure, or carry out as the second person what another asked for (001:437).
    Erase,
    /// Read what operator, numbering and eligibility did with the partition, and who received answers from it
    /// (001:346, 001:350).
    ReadHandling,
    /// Read the operation log and record that it was reviewed (001:314).
    ReviewOperations,
}

/// ユーザー区分.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// 管理者 (001:307).
    Administrator,
    /// 職員.
    Clerk,
    /// 無人のシステム: signs in by a certificate and a credential for which a named person stands.
    Unattended,
}

/// A set of rights.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Rights(u16);

impl Right {
    pub const ALL: [Self; 11] = [
        Self::Register,
        Self::Delete,
        Self::LoadFiles,
        Self::FollowTasks,
        Self::Search,
        Self::ReadCheckpoints,
        Self::ManageUsers,
        Self::ExportAccessTable,
        Self::Erase,
        Self::ReadHandling,
        Self::ReviewOperations,
    ];

    /// The word in bodies and in the access table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Delete => "delete",
            Self::LoadFiles => "load-files",
            Self::FollowTasks => "follow-tasks",
            Self::Search => "search",
            Self::ReadCheckpoints => "read-checkpoints",
            Self::ManageUsers => "manage-users",
            Self::ExportAccessTable => "export-access-table",
            Self::Erase => "erase",
            Self::ReadHandling => "read-handling",
            Self::ReviewOperations => "review-operations",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == text)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Clerk, Self::Unattended];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Clerk => "clerk",
            Self::Unattended => "unattended",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The table (*assumed*): what an account of this role may hold at most. Each account is given a part of
    /// it. Who grants rights does not hand in records, and no system without a person grants any.
    ///
    /// | right | administrator | clerk | unattended |
    /// |---|---|---|---|
    /// | register, delete, load files | – | yes | yes |
    /// | follow tasks | yes | yes | yes |
    /// | search | yes | yes | – |
    /// | read checkpoints | yes | – | yes |
    /// | manage users, export the access table | yes | – | – |
    /// | erase | yes | yes | – |
    /// | read handling | yes | – | yes |
    /// | review operations | yes | – | – |
    pub const fn may_hold(self) -> Rights {
        match self {
            Self::Administrator => Rights::of(&[
                Right::FollowTasks,
                Right::Search,
                Right::ReadCheckpoints,
                Right::ManageUsers,
                Right::ExportAccessTable,
                Right::Erase,
                Right::ReadHandling,
                Right::ReviewOperations,
            ]),
            Self::Clerk => Rights::of(&[
                Right::Register,
                Right::Delete,
                Right::LoadFiles,
                Right::FollowTasks,
                Right::Search,
                Right::Erase,
            ]),
            Self::Unattended => Rights::of(&[
                Right::Register,
                Right::Delete,
                Right::LoadFiles,
                Right::FollowTasks,
                Right::ReadCheckpoints,
                Right::ReadHandling,
            ]),
        }
    }
}

impl Rights {
    pub const NONE: Self = Self(0);

    pub const fn of(rights: &[Right]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < rights.len() {
            bits |= rights[at].bit();
            at += 1;
        }
        Self(bits)
    }

    pub fn holds(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    pub fn is_within(self, most: Self) -> bool {
        self.0 & !most.0 == 0
    }

    pub fn list(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |right| self.holds(*right))
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |bits, right| bits | right.bit()))
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.list().map(Right::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_and_role_survives_its_word() {
        for right in Right::ALL {
            assert_eq!(Right::parse(right.as_str()), Some(right));
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Right::parse("everything"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for role in Role::ALL {
            let rights: Rights = role.may_hold().list().collect();
            assert_eq!(rights, role.may_hold());
            assert!(rights.is_within(role.may_hold()) && Rights::NONE.is_within(rights));
        }
        assert!(!Rights::of(&[Right::ManageUsers]).is_within(Role::Clerk.may_hold()));
    }

    #[test]
    fn who_grants_rights_hands_in_no_records_and_nobody_else_grants_any() {
        for role in Role::ALL {
            let rights = role.may_hold();
            assert_eq!(rights.holds(Right::ManageUsers), role == Role::Administrator);
            assert_eq!(rights.holds(Right::LoadFiles), role != Role::Administrator);
        }
    }

    #[test]
    fn every_right_can_be_held_by_somebody() {
        for right in Right::ALL {
            assert!(Role::ALL.iter().any(|role| role.may_hold().holds(right)), "{right:?}");
        }
    }
}
