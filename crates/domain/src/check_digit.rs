//! The check digits of the numbers that PMH carries.
//!
//! Bodies are given as ASCII digits, answers are numbers 0 to 9. Only the low four bits of a byte
//! count; whether the bytes are digits is for the parser of the number to say.

/// 保険者番号, 公費負担者番号, 公費受給者番号, 医療機関コード: the body is weighted 2, 1, 2, 1 … from
/// its last digit, products are summed by their digits (厚生労働省 設定要領 別添２).
pub fn luhn(body: &[u8]) -> u8 {
    let sum: u32 = body
        .iter()
        .rev()
        .zip([2, 1].into_iter().cycle())
        .map(|(&byte, weight)| {
            let product = value(byte) * weight;
            product / 10 + product % 10
        })
        .sum();
    digit((10 - sum % 10) % 10)
}

/// 個人番号: 平成26年総務省令第85号 第5条.
pub fn individual_number(body: &[u8; 11]) -> u8 {
    let sum: u32 = body
        .iter()
        .rev()
        .zip([2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6])
        .map(|(&byte, weight)| value(byte) * weight)
        .sum();
    match sum % 11 {
        0 | 1 => 0,
        remainder => digit(11 - remainder),
    }
}

/// 全国地方公共団体コード: the last digit of 11 − (Σ mod 11).
pub fn municipality(body: &[u8; 5]) -> u8 {
    let sum: u32 = body.iter().zip([6, 5, 4, 3, 2]).map(|(&byte, weight)| value(byte) * weight).sum();
    digit((11 - sum % 11) % 10)
}

fn value(byte: u8) -> u32 {
    u32::from(byte & 0x0f)
}

fn digit(number: u32) -> u8 {
    u8::try_from(number).expect("a remainder of 10 or 11 fits a byte")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_the_individual_number() {
        assert_eq!(individual_number(b"12345678901"), 8);
    }

    #[test]
    fn an_individual_number_with_remainder_zero_or_one_ends_in_zero() {
        assert_eq!(individual_number(b"00000000000"), 0);
        // The sum is 2 × 6 = 12, remainder 1.
        assert_eq!(individual_number(b"00000000006"), 0);
        // The sum is 2 × 5 = 10, remainder 10.
        assert_eq!(individual_number(b"00000000005"), 1);
    }

    #[test]
    fn the_worked_example_of_the_payer_number() {
        assert_eq!(luhn(b"5401602"), 7);
    }

    #[test]
    fn an_insurer_number_follows_the_same_rule() {
        assert_eq!(luhn(b"0613048"), 8);
    }

    #[test]
    fn the_published_sample_numbers_fail_their_check_digits() {
        assert_eq!(individual_number(b"21098765432"), 0);
        assert_eq!(luhn(b"8765432"), 3);
        assert_eq!(luhn(b"000000"), 0);
    }

    #[test]
    fn the_three_edges_of_the_municipality_code() {
        for (body, expected) in
            [(b"01213", 1), (b"01406", 1), (b"01205", 0), (b"01219", 0), (b"02000", 1), (b"01000", 6)]
        {
            assert_eq!(municipality(body), expected, "{body:?}");
        }
    }
}
