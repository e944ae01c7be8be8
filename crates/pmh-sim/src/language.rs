//! Japanese or English, by flag, environment or locale.

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    Ja,
    En,
}

impl Language {
    /// What was asked for, else the locale's language, else English.
    pub(crate) fn chosen(asked: Option<Self>) -> Self {
        asked.unwrap_or_else(|| Self::of_locale(sys_locale::get_locale().as_deref()))
    }

    pub(crate) fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    fn of_locale(locale: Option<&str>) -> Self {
        if locale.is_some_and(|locale| locale.to_ascii_lowercase().starts_with("ja")) {
            Self::Ja
        } else {
            Self::En
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_locale_decides_unless_something_was_asked() {
        assert_eq!(Language::of_locale(Some("ja-JP")), Language::Ja);
        assert_eq!(Language::of_locale(Some("ja_JP.UTF-8")), Language::Ja);
        assert_eq!(Language::of_locale(Some("C")), Language::En);
        assert_eq!(Language::of_locale(None), Language::En);
        assert_eq!(Language::chosen(Some(Language::Ja)), Language::Ja);
    }
}
