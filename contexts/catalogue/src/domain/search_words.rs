//! How text is compared: folding and search words.
//!
//! Folding is done here and not by a database, so that every store sorts and finds alike.

/// Lower case without the marks of Latin letters: `Ōtaki` becomes `otaki`, `Größe` becomes `grosse`, `Ớt` becomes `ot`.
pub fn fold(text: &str) -> String {
    fold_common(text).chars().map(plainer).collect()
}

/// Folds the more common letters only, as the first versions did.
pub(super) fn fold_common(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(letter),
        }
    }
    folded
}

fn plain(letter: char) -> Option<&'static str> {
    if letter.is_ascii() {
        return None;
    }
    Some(match letter {
        '\u{300}'..='\u{36f}' => "",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        _ => return None,
    })
}

/// Rarer Latin letters with marks and second forms of Greek ones, and what they are folded to. SQLite's index does the
/// same to every word.
const RARER: [(char, &str); 35] = [
    ('a', "ǎǟǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ('b', "ḃḅḇ"),
    ('c', "ḉ"),
    ('d', "ḋḍḏḑḓ"),
    ('e', "ȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ('f', "ḟ"),
    ('g', "ǧǵḡ"),
    ('h', "ȟḣḥḧḩḫẖ"),
    ('i', "ǐȉȋḭḯỉị"),
    ('j', "ǰ"),
    ('k', "ǩḱḳḵ"),
    ('l', "ḷḹḻḽ"),
    ('m', "ḿṁṃ"),
    ('n', "ǹṅṇṉṋ"),
    ('o', "ơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ('p', "ṕṗ"),
    ('r', "ȑȓṙṛṝṟ"),
    ('s', "ſșṡṣṥṧṩẛ"),
    ('t', "țṫṭṯṱẗ"),
    ('u', "ưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ('v', "ṽṿ"),
    ('w', "ẁẃẅẇẉẘ"),
    ('x', "ẋẍ"),
    ('y', "ȳẏẙỳỵỷỹ"),
    ('z', "ẑẓẕ"),
    ('β', "ϐ"),
    ('ε', "ϵ"),
    ('θ', "ϑ"),
    ('ι', "\u{1fbe}"),
    ('κ', "ϰ"),
    ('μ', "\u{b5}"),
    ('π', "ϖ"),
    ('ρ', "ϱ"),
    ('σ', "ς"),
    ('φ', "ϕ"),
];

fn plainer(letter: char) -> char {
    let known = RARER.iter().find(|(_, others)| !letter.is_ascii() && others.contains(letter));
    known.map_or(letter, |(plain, _)| *plain)
}

/// The folded words of a text, in order.
pub fn search_words(text: &str) -> Vec<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of a search: each must begin some word of the title.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The most characters of a search that are read, and the most words.
    const MAX_CHARS: usize = 100;
    const MAX_WORDS: usize = 10;

    /// Reads a typed search. `None` when nothing was typed; a text without a single letter or digit is a search that
    /// finds nothing.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.trim().is_empty() {
            return None;
        }
        let read: String = typed.chars().take(Self::MAX_CHARS).collect();
        let mut found = search_words(&read);
        found.truncate(Self::MAX_WORDS);
        Some(Self(found))
    }

    /// The words, folded: letters and digits only.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `text` holds all words.
    pub fn match_text(&self, text: &str) -> bool {
        let there = search_words(text);
        !self.is_empty() && self.0.iter().all(|word| there.iter().any(|other| other.starts_with(word.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_case_and_marks_away() {
        assert_eq!(fold("Ōtaki GRÖßE Łódź e\u{301}"), "otaki grosse lodz e");
        assert_eq!(fold("日本"), "日本");
    }

    #[test]
    fn rarer_letters_stand_beside_their_plain_forms() {
        assert_eq!(fold("Șarpe Țiglă Ẩm thực Ớt cay Ştefan"), "sarpe tigla am thuc ot cay stefan");
    }

    #[test]
    fn a_search_takes_beginnings_of_words_in_any_order() {
        let words = SearchWords::parse(" note KEA ").unwrap();
        assert!(words.match_text("Kea Notebook 14"));
        assert!(!words.match_text("Kea Phone"));
        assert!(!SearchWords::parse("book").unwrap().match_text("Notebook"));
        assert!(SearchWords::parse("pho viet").unwrap().match_text("Phở Việt"));
        assert!(SearchWords::parse("ΟΔΟΣ").unwrap().match_text("οδος"));
    }

    #[test]
    fn only_punctuation_finds_nothing_and_only_space_is_no_search() {
        assert_eq!(SearchWords::parse("   "), None);
        assert!(!SearchWords::parse("\"*)(").unwrap().match_text("anything"));
    }
}
