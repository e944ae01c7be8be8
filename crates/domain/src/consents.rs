//! The two answers that a patient gives at the card reader, anew at each visit.

/// Use as insurance card? Use the subsidy certificates?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Consents {
    pub insurance: bool,
    pub subsidies: bool,
}

impl Consents {
    /// Bit 0 is insurance, bit 1 subsidies: the form in which a linkage key binds them.
    pub fn as_byte(self) -> u8 {
        u8::from(self.insurance) | u8::from(self.subsidies) << 1
    }

    pub fn from_byte(byte: u8) -> Option<Self> {
        (byte < 4).then_some(Self { insurance: byte & 1 != 0, subsidies: byte & 2 != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_of_each_answer_is_pinned_and_reads_back() {
        for (insurance, subsidies, byte) in
            [(false, false, 0), (true, false, 1), (false, true, 2), (true, true, 3)]
        {
            let consents = Consents { insurance, subsidies };
            assert_eq!(consents.as_byte(), byte);
            assert_eq!(Consents::from_byte(byte), Some(consents));
        }
    }

    #[test]
    fn a_byte_with_other_bits_is_refused() {
        for byte in 4..=u8::MAX {
            assert_eq!(Consents::from_byte(byte), None, "{byte}");
        }
    }
}
