//! What a route needs, and whether a caller has it. Every decision of the door stands here; the table of routes is
//! [`ROUTES`](crate::registration::ROUTES).

use pmh_domain::user::{Right, Role};
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
}

impl Needs {
    pub(crate) fn decide(self, caller: &Caller) -> Result<(), Code> {
        let has = match self {
            Self::Certificate => true,
            Self::Person => caller.role != Role::Unattended,
            Self::Right(right) | Self::RightAtTerminal(right) => caller.rights.holds(right),
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
