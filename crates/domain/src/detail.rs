//! 受給者証券面項目: what is printed on a certificate, in order.
//!
//! The published API says "array". *Assumed*: an element that is an object is one item of the certificate, its
//! member `displayOrder` (表示順番号 of 別添2, 001:264) says where it stands, and every other member is a label
//! and what is printed under it. Any other element is an item without labels.

use crate::verbatim::VerbatimJson;

/// The member of an item that says where it stands.
pub const DISPLAY_ORDER: &str = "displayOrder";

/// What is understood of `certificationDetail`, and all of it as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateDetail {
    /// What is stored and sent; the items are read from it.
    pub verbatim: VerbatimJson,
    /// As they came.
    pub items: Vec<DetailItem>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct DetailItem {
    pub display_order: Option<i64>,
    /// In the order in which they came, `displayOrder` left out.
    pub lines: Vec<DetailLine>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct DetailLine {
    pub label: Option<String>,
    /// JSON of any type.
    pub value: VerbatimJson,
}

redacted!(CertificateDetail, DetailItem, DetailLine);

impl CertificateDetail {
    /// Of which nothing is understood.
    pub fn opaque(verbatim: VerbatimJson) -> Self {
        Self { verbatim, items: Vec::new() }
    }

    pub fn as_str(&self) -> &str {
        self.verbatim.as_str()
    }

    /// By [`DetailItem::display_order`], those without one last; equal ones stay as they came.
    pub fn in_display_order(&self) -> Vec<&DetailItem> {
        let mut items: Vec<_> = self.items.iter().collect();
        items.sort_by_key(|item| (item.display_order.is_none(), item.display_order));
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_in_their_order_and_those_without_one_last() {
        let item = |display_order, label: &str| DetailItem {
            display_order,
            lines: vec![DetailLine {
                label: Some(label.to_owned()),
                value: VerbatimJson::from_text("1".to_owned()),
            }],
        };
        let detail = CertificateDetail {
            verbatim: VerbatimJson::from_text("[]".to_owned()),
            items: vec![
                item(None, "e"),
                item(Some(2), "c"),
                item(Some(-1), "a"),
                item(Some(2), "d"),
                item(Some(1), "b"),
            ],
        };
        let labels = detail.in_display_order().into_iter().map(|item| item.lines[0].label.clone().unwrap());
        assert_eq!(labels.collect::<String>(), "abcde");
    }
}
