//! Parameters of statements with long lists.

/// The same text with `?` for `$1`, `$2`, … . SQLite keeps a numbered parameter's name in a list, and the driver asks
/// for the name of each that it binds: for a thousand of them that was two fifths of the hub's work. Unnamed ones are
/// bound in order, so the numbers must stand in order, each once; the text comes back as it is otherwise.
pub(crate) fn unnamed(sql: &str) -> Option<String> {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    text.reserve(sql.len());
    for (part, number) in parts.zip(1_usize..) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (name, rest) = part.split_at(digits);
        if name.parse() != Ok(number) {
            return None;
        }
        text.push('?');
        text.push_str(rest);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_in_order_lose_their_names_and_others_keep_them() {
        let values =
            "INSERT INTO t (a, b) VALUES ($1,$2),($3,$4) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        let unnamed_values =
            "INSERT INTO t (a, b) VALUES (?,?),(?,?) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        assert_eq!(unnamed(values).as_deref(), Some(unnamed_values));
        assert_eq!(unnamed("SELECT 1").as_deref(), Some("SELECT 1"));
        for kept in ["a = $2 AND b = $1", "a = $1 OR b = $1", "a = $name", "a = $"] {
            assert_eq!(unnamed(kept), None, "{kept}");
        }
    }
}
