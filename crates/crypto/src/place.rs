//! Where a sealed value lives: bound to it as associated data, so that it opens nowhere else.

use std::fmt;

use crate::framing::{field_length, push_field};

/// The two areas of a partition (001:211-213): the identity area has tables, keys and a database
/// role of its own. The third ring seals what the audit tells of the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// 個人番号 and the basic five items.
    Identity,
    /// Certificates and what is answered from them.
    Subsidy,
    /// Entries of the audit. A ring of its own, because what was hashed into a lane cannot be sealed
    /// anew: no rotation of the others has to wait for it.
    Audit,
}

impl Area {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Subsidy => "subsidy",
            Self::Audit => "audit",
        }
    }
}

/// The cell of a database that holds a sealed value. A struct, so that no two names can change
/// places unseen.
///
/// `version` is the row's: an older value put back into a newer row does not open. Not promised: a
/// roll-back of the whole row, version and all; the audit's witnesses are for that.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub party: &'a str,
    pub partition: &'a str,
    pub table: &'a str,
    pub column: &'a str,
    /// The bytes of the row's primary key.
    pub row: &'a [u8],
    pub version: i64,
}

/// Without the row: its key may be a tag of a person.
impl fmt::Debug for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Place({}/{}/{}.{})", self.party, self.partition, self.table, self.column)
    }
}

impl Place<'_> {
    /// `prefix` is what the caller authenticates beside the place. The order of the fields is part
    /// of the stored format: changing it makes every stored value unreadable.
    pub(crate) fn associated_data(&self, prefix: &[u8]) -> Vec<u8> {
        let fields = [
            self.party.as_bytes(),
            self.partition.as_bytes(),
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row,
        ];
        let length =
            prefix.len() + fields.iter().map(|field| field_length(field)).sum::<usize>() + size_of::<i64>();
        let mut data = Vec::with_capacity(length);
        data.extend_from_slice(prefix);
        for field in fields {
            push_field(&mut data, field);
        }
        data.extend_from_slice(&self.version.to_be_bytes());
        data
    }
}
