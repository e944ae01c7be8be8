//! What a route needs, and whether a caller has it. Every decision of the door stands here; the table of routes is
//! [`ROUTES`](crate::registration::ROUTES).

use pmh_domain::user::{Programs, Right, Role};
use pmh_wire::Code;

use super::Caller;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The municipality's certificate alone: whoever comes here is about to prove who they are.
    Certificate,
    /// Any person who is signed in; no unattended system.
    Person,
    Right(Right),
    /// The right and a terminal named for it, both (001:322).
    RightAtTerminal(Right),
    /// The right, and every program in charge: what the route tells cannot be told apart by program.
    RightOverAll(Right),
    /// The right. In a partition that was erased with its accounts the certificate alone: nobody is left to sign in,
    /// and the record of the erasure is still the municipality's.
    RightWhileAccountsStand(Right),
}

impl Needs {
    pub(crate) fn decide(self, caller: &Caller) -> Result<(), Code> {
        let has = match self {
            Self::Certificate => true,
            Self::Person => caller.role != Role::Unattended,
            Self::Right(right) | Self::RightAtTerminal(right) | Self::RightWhileAccountsStand(right) => {
                caller.rights.holds(right)
            }
            Self::RightOverAll(right) => caller.rights.holds(right) && caller.programs == Programs::All,
        };
        if !has {
            return Err(Code::RightMissing);
        }
        match self {
            Self::RightAtTerminal(_) if !caller.terminals.contains(&caller.terminal) => {
                Err(Code::OtherTerminal)
            }
            _ => Ok(()),
        }
    }
}
