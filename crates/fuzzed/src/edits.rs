//! Edits of something real, told by the fuzzer's bytes: what is nearly right is reached at once.

/// Edits of one run at most; more of them only hide each other.
const EDITS_MAX: usize = 6;

/// Four bytes of instructions tell one edit. No edit at all, or edits that undo each other, leave the bytes as they
/// were, so whoever asserts compares with the original.
pub(crate) fn edited(original: &[u8], instructions: &[u8]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for edit in instructions.as_chunks::<4>().0.iter().take(EDITS_MAX) {
        let [kind, high, low, value] = *edit;
        let at = usize::from(u16::from_be_bytes([high, low])) % (bytes.len() + 1);
        let is_inside = at < bytes.len();
        match kind % 6 {
            0 if is_inside => bytes[at] = value,
            1 if is_inside => bytes[at] ^= 1 << (value % 8),
            2 => bytes.insert(at, value),
            3 if is_inside => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            5 => bytes.rotate_left(at),
            _ => {}
        }
    }
    bytes
}

/// Five bytes tell one edit of a text in lines: in a line, or of lines as wholes.
pub(crate) fn edited_lines(original: &[u8], instructions: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        original.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for edit in instructions.as_chunks::<5>().0.iter().take(EDITS_MAX) {
        let [kind, line, rest @ ..] = *edit;
        let line = usize::from(line) % lines.len().max(1);
        let other = usize::from(rest[0]) % (lines.len() + 1);
        match kind % 8 {
            _ if lines.is_empty() => {}
            0 => drop(lines.remove(line)),
            1 => lines.insert(other, lines[line].clone()),
            2 if other < lines.len() => lines.swap(line, other),
            3 => lines.truncate(other),
            kind => lines[line] = edited(&lines[line], &[kind, rest[0], rest[1], rest[2]]),
        }
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_reach_every_byte_and_none_leaves_it_as_it_was() {
        assert_eq!(edited(b"abc", b""), b"abc");
        assert_eq!(edited(b"abc", &[0, 0, 2, b'x']), b"abx");
        assert_eq!(edited(b"abc", &[2, 0, 3, b'd', 3, 0, 0, 0]), b"bcd");
        assert_eq!(edited(b"abc", &[4, 0, 1, 0, 4, 0, 0, 0, 3, 0, 0, 0]), b"");
        assert_eq!(edited_lines(b"a\nb\nc\n", &[0, 1, 0, 0, 0]), b"a\nc\n");
        assert_eq!(edited_lines(b"a\nb\nc\n", &[2, 0, 2, 0, 0]), b"c\nb\na\n");
        assert_eq!(edited_lines(b"a\nb\n", &[3, 0, 0, 0, 0, 4, 0, 0, 0, 0]), b"");
    }
}
