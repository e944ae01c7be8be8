//! How values about a person are kept from printing and from lingering.

/// `Debug` prints the name of the type and nothing of the value, in `{:?}` and `{:#?}` alike.
macro_rules! redacted {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

/// [`redacted!`], and the bytes are wiped when the value is dropped. Copies that the compiler makes
/// when a value moves are not covered.
macro_rules! personal {
    ($($name:ident),+) => {$(
        redacted!($name);

        impl Drop for $name {
            fn drop(&mut self) {
                zeroize::Zeroize::zeroize(&mut self.0);
            }
        }
    )+};
}

#[cfg(test)]
mod tests;
