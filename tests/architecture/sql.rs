//! Which tables a text in SQL names. Knows just enough of the language for the statements of this repository: keywords
//! in capitals, plain names.

use std::collections::BTreeSet;

/// The tables that statements read or change, without those they define for themselves (`WITH name AS`).
pub fn tables(text: &str) -> BTreeSet<String> {
    let words = words(text);
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let mut found = BTreeSet::new();
    let mut defined = BTreeSet::new();
    for at in 0..words.len() {
        if is_name(word(at))
            && word(at + 1) == "AS"
            && word(at + 2) == "("
            && ["WITH", "RECURSIVE", ","].contains(&before(&words, at))
        {
            defined.insert(word(at).to_owned());
        }
        let names_a_table = match word(at) {
            "FROM" => before(&words, at) != "DISTINCT",
            "JOIN" | "INTO" | "REFERENCES" => true,
            "UPDATE" => before(&words, at) != "DO",
            "ON" => at >= 2 && makes_something_on(word(at - 2), word(at - 1)),
            _ => false,
        };
        if names_a_table {
            list(&words, at + 1, &mut found);
        }
    }
    found.difference(&defined).cloned().collect()
}

/// `INDEX name ON table`, and `AFTER INSERT ON table` of a trigger.
fn makes_something_on(two_before: &str, before: &str) -> bool {
    ["INDEX", "EXISTS"].contains(&two_before) || ["INSERT", "DELETE", "UPDATE"].contains(&before)
}

/// The names that `CREATE TABLE` and `CREATE VIRTUAL TABLE` give.
pub fn created(text: &str) -> BTreeSet<String> {
    let words = words(text);
    let is_created =
        |at: &usize| words[*at] == "TABLE" && ["CREATE", "VIRTUAL", "TEMPORARY"].contains(&before(&words, *at));
    let name = |at: usize| {
        let skip = if words.get(at + 1).is_some_and(|word| word == "IF") { 4 } else { 1 };
        words.get(at + skip).cloned()
    };
    (0..words.len()).filter(is_created).filter_map(name).collect()
}

/// Takes the names of `a AS x, b y, c` from `at` on.
fn list(words: &[String], mut at: usize, found: &mut BTreeSet<String>) {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    loop {
        if !is_name(word(at)) || word(at + 1) == "(" && !followed_by_columns(words, at) {
            return;
        }
        found.insert(word(at).to_owned());
        at += 1;
        if word(at) == "AS" {
            at += 1;
        }
        if is_name(word(at)) {
            at += 1;
        }
        if word(at) != "," {
            return;
        }
        at += 1;
    }
}

/// `INTO name (column, ..)` and `REFERENCES name (column)` name a table; `FROM name (..)` calls a function.
fn followed_by_columns(words: &[String], at: usize) -> bool {
    ["INTO", "REFERENCES", "ON"].contains(&before(words, at))
}

fn before(words: &[String], at: usize) -> &str {
    at.checked_sub(1).and_then(|before| words.get(before)).map_or("", String::as_str)
}

fn is_name(word: &str) -> bool {
    let first = word.chars().next().unwrap_or(' ');
    (first.is_ascii_lowercase() || first == '_') && !word.chars().any(|c| c.is_ascii_uppercase())
}

/// Words, signs; comments and quoted texts are left out.
fn words(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or(""));
    let plain = lines.collect::<Vec<_>>().join("\n");
    let outside_quotes = plain.split('\'').step_by(2).collect::<Vec<_>>().join(" '' ");
    let mut words = vec![];
    let mut word = String::new();
    for c in outside_quotes.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '$' {
            word.push(c);
            continue;
        }
        words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        if !c.is_whitespace() && c != '"' {
            words.push(c.to_string());
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        tables(text).into_iter().collect()
    }

    #[test]
    fn every_way_to_name_a_table_is_seen() {
        assert_eq!(
            named("SELECT a.x FROM orders AS a, carts c LEFT JOIN lines l ON l.id = a.id"),
            ["carts", "lines", "orders"]
        );
        assert_eq!(
            named("INSERT INTO stock (sku) SELECT sku FROM count ON CONFLICT (sku) DO UPDATE SET x = 1"),
            ["count", "stock"]
        );
        assert_eq!(named("UPDATE stock SET on_hand = 1 FROM count WHERE a IS DISTINCT FROM b"), ["count", "stock"]);
        assert_eq!(named("DELETE FROM cart WHERE id IN (SELECT id FROM old_cart)"), ["cart", "old_cart"]);
        assert_eq!(named("CREATE TABLE a (b TEXT REFERENCES c (d)); CREATE INDEX e ON f (g)"), ["c", "f"]);
        assert_eq!(named("SELECT 1 FROM (SELECT 2 FROM deep) AS always"), ["deep"]);
        assert_eq!(named("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END"), ["a", "b"]);
    }

    #[test]
    fn what_is_no_table_is_not_taken_for_one() {
        assert_eq!(
            named("WITH due AS (SELECT 1 FROM inbox), late AS (SELECT 2 FROM due) SELECT * FROM late"),
            ["inbox"]
        );
        assert_eq!(named("SELECT value FROM json_each($1)"), Vec::<String>::new());
        assert_eq!(named("SELECT 'FROM secrets' -- FROM nowhere\n FROM here"), ["here"]);
        assert_eq!(named("a plain sentence from somewhere"), Vec::<String>::new());
    }

    #[test]
    fn tables_are_seen_when_they_are_made() {
        let text = "CREATE TABLE a (b TEXT) STRICT; CREATE TABLE IF NOT EXISTS c (d TEXT);
            CREATE VIRTUAL TABLE e USING fts5 (f); CREATE INDEX g ON a (b);";
        assert_eq!(created(text).into_iter().collect::<Vec<_>>(), ["a", "c", "e"]);
    }
}
