//! `Debug` that tells the type and nothing else, for bodies that carry personal data or secrets.

macro_rules! redacted_debug {
    ($($body:ident),+ $(,)?) => {
        $(impl std::fmt::Debug for $body {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($body), "(…)"))
            }
        })+
    };
}

pub(crate) use redacted_debug;
