//! A user who has proved who they are.

use pmh_domain::user::{
    InstitutionMasterId, NaturalPerson, NumberViewing, Programs, Rights, Role, TerminalId, UserId,
};

use super::account::{Account, Holder};

/// Rights as they stood when the request came: they are read anew for each.
pub(crate) struct Caller {
    pub(crate) account: i64,
    pub(crate) organisation: InstitutionMasterId,
    pub(crate) user_id: UserId,
    /// None: an unattended system.
    pub(crate) person: Option<NaturalPerson>,
    pub(crate) role: Role,
    pub(crate) rights: Rights,
    pub(crate) programs: Programs,
    pub(crate) number_viewing: NumberViewing,
    /// Terminals named for this account.
    pub(crate) terminals: Vec<TerminalId>,
    /// The terminal that the request came from.
    pub(crate) terminal: TerminalId,
}

impl Caller {
    pub(crate) fn of(account: Account, terminal: TerminalId) -> Self {
        Self {
            account: account.number,
            organisation: account.organisation,
            user_id: account.user_id,
            person: match account.holder {
                Holder::Person(person) => Some(person),
                Holder::System { .. } => None,
            },
            role: account.role,
            rights: account.rights,
            programs: account.programs,
            number_viewing: account.number_viewing,
            terminals: account.terminals,
            terminal,
        }
    }

    /// For the audit alone, where it is sealed.
    pub(crate) fn principal(&self) -> String {
        principal(&self.organisation, &self.user_id)
    }
}

pub(crate) fn principal(organisation: &InstitutionMasterId, user_id: &UserId) -> String {
    format!("user:{organisation}/{}", user_id.expose())
}
