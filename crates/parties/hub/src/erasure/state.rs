//! What an erasure needs: the desk takes the rows, and afterwards the query role the bindings that lead nowhere.

use crate::state::{Desk, Inquiry};

#[derive(Clone)]
pub(crate) struct Erasing {
    pub(crate) desk: Desk,
    pub(crate) inquiry: Inquiry,
}
