//! Texts as parts of addresses: readable, in ASCII, the same for the same text.
//!
//! Addresses stay ASCII, because versions of the shop that know no others may run beside this one and read what it keeps.

use deunicode::deunicode_with_tofu;
use uuid::Uuid;

use super::search_words::fold_common;

/// The namespace in which texts are named that have no form of their own in ASCII.
const TEXTS: Uuid = Uuid::from_u128(0x51c3_7f02_9c1e_4f43_8a9d_0c61_7465_0d04);

/// The text in ASCII letters and digits, its words joined by `-`: `Книга 7` becomes `kniga-7`. Cut to `longest`
/// characters; empty when the text holds nothing that has a name.
pub fn romanize(text: &str, longest: usize) -> String {
    let joined = text.replace(['\'', '’', '`'], "");
    join_words(&deunicode_with_tofu(&joined, " ").to_ascii_lowercase().replace('\'', ""), longest)
}

/// The same as the first versions did it: letters outside the common Latin ones were dropped. Addresses that they gave out
/// are found by it.
pub fn romanize_common(text: &str, longest: usize) -> String {
    join_words(&fold_common(text).replace(['\'', '’'], ""), longest)
}

/// Eight hexadecimal digits that stand for this text alone.
pub fn digest(text: &str) -> String {
    let mut digits = Uuid::new_v5(&TEXTS, text.as_bytes()).simple().to_string();
    digits.truncate(8);
    digits
}

fn join_words(text: &str, longest: usize) -> String {
    let ascii = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut joined = ascii.collect::<Vec<_>>().join("-");
    joined.truncate(longest);
    joined.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_a_readable_form() {
        for (text, readable) in [
            ("  Kea's Notebook 14\" (Māori edition)! ", "keas-notebook-14-maori-edition"),
            ("Größe Łódź Țiglă nhẫn-bạc", "grosse-lodz-tigla-nhan-bac"),
            ("книга-7", "kniga-7"),
            ("Βιβλίο", "biblio"),
        ] {
            assert_eq!(romanize(text, 100), readable);
        }
        for text in ["青いペン", "日本のお茶", "หนังสือ", "كتاب", "ספר", "책", "हिन्दी", "☃"]
        {
            assert!(!romanize(text, 100).is_empty(), "{text}");
        }
        assert_eq!(romanize("abc def", 4), "abc");
        assert_eq!(romanize("!?", 100), "");
    }
}
