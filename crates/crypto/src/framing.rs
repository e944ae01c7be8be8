//! Length-prefixed fields, so that no two different lists of fields give the same bytes: without
//! the prefix `("ab", "c")` and `("a", "bc")` would authenticate each other.

/// Appends the length of `field` (4 bytes, big endian) and `field`.
pub(crate) fn push_field(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).expect("a field is a name, a code or a row key, far below 4 GiB");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(field);
}

/// How many bytes [`push_field`] appends.
pub(crate) const fn field_length(field: &[u8]) -> usize {
    4 + field.len()
}
