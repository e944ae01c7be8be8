//! `POST /__admin/numbers` of the intermediate server: what happens to Individual Numbers outside PMH. *Assumed*
//! throughout: the seeds say that a number once numbered keeps its PMH-ID and nothing of a number that changes.

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

/// `{"change": {"myNumber": "…", "newMyNumber": "…"}}` or
/// `{"join": {"retiredMyNumber": "…", "survivingMyNumber": "…"}}`. The same command again changes nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum NumberCommand {
    /// 番号変更: the person goes on under the new number, with the same PMH-ID. The former one is nobody's for good.
    Change { my_number: String, new_my_number: String },
    /// Two numbers were one person's all along. Both go on, and both lead to the surviving one's PMH-ID.
    Join { retired_my_number: String, surviving_my_number: String },
}

redacted_debug!(NumberCommand);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberCommandAnswer {
    /// `false`: it stood so already.
    pub changed: bool,
}
