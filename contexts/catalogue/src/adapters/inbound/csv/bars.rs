//! Several texts in one cell, parted by bars. A bar, and where it has a meaning an equals sign, inside a text stands behind
//! a backslash, and so does a backslash before any of these.

/// The text as it stands between bars, or before an equals sign where `name` says so.
pub(super) fn escape(text: &str, name: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == '\\' || letter == '|' || (name && letter == '=') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// The texts of a cell, trimmed; each is split at its first equals sign where `pairs` says so.
pub(super) fn split(cell: &str, pairs: bool) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = vec![(String::new(), None)];
    let mut letters = cell.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = letter == '\\' && letters.peek().is_some_and(|next| matches!(next, '\\' | '|' | '='));
        let meant = if escaped { letters.next().unwrap_or(letter) } else { letter };
        let Some((name, value)) = found.last_mut() else { continue };
        match (meant, value) {
            ('|', _) if !escaped => found.push((String::new(), None)),
            ('=', none @ None) if pairs && !escaped => *none = Some(String::new()),
            (_, Some(value)) => value.push(meant),
            (_, None) => name.push(meant),
        }
    }
    let trim = |text: String| text.trim().to_owned();
    found.into_iter().map(|(name, value)| (trim(name), value.map(trim))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_equals_signs_inside_texts_come_back() {
        for text in ["USB-C|HDMI", "Eq=x", "C:\\dir", "a\\|b", "\\", "=", "|"] {
            assert_eq!(split(&escape(text, true), true), [(text.to_owned(), None)], "{text}");
            let cell = format!("{}={}|x=y", escape("N|=", true), escape(text, false));
            assert_eq!(split(&cell, true)[0], ("N|=".to_owned(), Some(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_backslash_before_anything_else_is_one() {
        assert_eq!(split("Path=C:\\x | b=2", true)[0].1.as_deref(), Some("C:\\x"));
    }
}
