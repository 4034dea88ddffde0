//! The words of the glossary: no gendered pronouns, no archaisms, no private terms.
//!
//! Looks at everything that people read: sources, templates, contracts, features, documents. Migrations are left out: an
//! applied file must not change.

/// Pronouns that give a person a gender, archaisms, and synonyms that the glossary rules out.
const FORBIDDEN: [&str; 21] = [
    "he",
    "his",
    "him",
    "himself",
    "she",
    "her",
    "hers",
    "herself",
    "whoever",
    "whomever",
    "whence",
    "thence",
    "anew",
    "lest",
    "thereof",
    "stranger",
    "strangers",
    "for ever",
    "no news",
    "post code",
    "sign in",
];

/// The file that names the words.
const THIS: &str = "tests/architecture/rules/words.rs";
/// The list of words that are not used.
const GLOSSARY: &str = "docs/glossary.md";

pub fn breaches(path: &str, text: &str) -> Vec<String> {
    if path == THIS || path == GLOSSARY {
        return Vec::new();
    }
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(index, line)| forbidden_in(line).map(move |word| format!("{path}:{} says {word:?}", index + 1)))
        .collect()
}

fn forbidden_in(line: &str) -> impl Iterator<Item = &'static str> {
    // Identifiers are words, too: `find_him` and `is_anew`.
    let words: Vec<String> =
        line.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    FORBIDDEN.into_iter().filter(move |forbidden| {
        let parts: Vec<&str> = forbidden.split(' ').collect();
        words.windows(parts.len()).any(|window| window.iter().eq(parts.iter()))
    })
}

#[test]
fn a_forbidden_word_is_found_wherever_it_stands() {
    for breach in [
        "// he pays",
        "/// Whoever calls this",
        "fn find_him() {}",
        "<p>Made anew</p>",
        "kept for ever",
        "let is_his = true;",
        "that is no news",
    ] {
        assert_eq!(breaches("x.rs", breach).len(), 1, "{breach}");
    }
}

#[test]
fn words_that_only_contain_one_are_fine() {
    for fine in ["the cached sheet", "history, this, ache", "forever", "a new order", "what is newer", "sign_input(x)"]
    {
        assert_eq!(breaches("x.rs", fine), Vec::<String>::new(), "{fine}");
    }
    assert_eq!(breaches(GLOSSARY, "not used: whoever"), Vec::<String>::new());
}
