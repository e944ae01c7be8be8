//! Answers that were prepared as JSON, in folders of before: read until their person is registered again.

use pmh_domain::{Date, Disclosure, Facts, Shown, Validity, Viewing};
use pmh_store::StoreError;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Judged, Key, Visible, damaged};

#[derive(Deserialize)]
struct Former<'a> {
    #[serde(default, borrow)]
    key: Option<Key<'a>>,
    display_order: Option<i64>,
    deleted: bool,
    not_disclosed: bool,
    viewing_stopped: bool,
    valid_from: String,
    valid_to: String,
    forced_expiry: Option<String>,
    #[serde(borrow)]
    subsidy: Option<&'a RawValue>,
}

pub(super) fn judge(bytes: &[u8], on: Date) -> Result<Vec<Judged<'_>>, StoreError> {
    let former: Vec<Former<'_>> = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    former.into_iter().map(|one| one.judge(on)).collect()
}

impl<'a> Former<'a> {
    fn judge(self, on: Date) -> Result<Judged<'a>, StoreError> {
        let shown = match self.facts()?.shown_on(on) {
            Shown::Yes => Some(Visible::Former(self.subsidy.ok_or_else(damaged)?)),
            Shown::No(_) => None,
        };
        Ok(Judged { key: self.key, display_order: self.display_order.unwrap_or(i64::MAX), shown })
    }

    fn facts(&self) -> Result<Facts, StoreError> {
        Ok(Facts {
            deleted: self.deleted,
            disclosure: if self.not_disclosed { Disclosure::NotDisclosed } else { Disclosure::Disclosed },
            viewing: if self.viewing_stopped { Viewing::Stopped } else { Viewing::Allowed },
            validity: Validity::new(date(&self.valid_from)?, date(&self.valid_to)?).map_err(|_| damaged())?,
            forced_expiry: self.forced_expiry.as_deref().map(date).transpose()?,
        })
    }
}

fn date(text: &str) -> Result<Date, StoreError> {
    Date::parse(text).map_err(|_| damaged())
}
