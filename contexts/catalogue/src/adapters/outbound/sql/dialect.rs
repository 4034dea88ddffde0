//! What the engines say each in its own way: full-text search, lists as parameters, and how to work alone.
//!
//! Both are given words that are folded and cut already, and asked for beginnings of them, so both find the same: SQLite
//! in a full-text table, PostgreSQL in vectors that hold the words as they are.

use chassis::sql::Dialect;

use crate::domain::{Audience, SearchWords};

/// The products found by a condition on `number`, in order; `$1`/`$2` the place after which, `$3` how many, `$4` what to
/// match, `$5` a category's name or nothing.
macro_rules! found {
    ($number_is_found:literal, $and:literal) => {
        concat!(
            super::product_columns!(),
            " WHERE ",
            $number_is_found,
            $and,
            " AND ($5 = '' OR category = $5) AND (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3"
        )
    };
}

/// Finds products by words: `$1`/`$2` the place after which, `$3` how many, `$4` an [`expression`], `$5` a category's
/// name or nothing. Shoppers search the labels of what is active; the index calls them titles, which they once were.
pub(super) fn search(dialect: Dialect, audience: Audience) -> &'static str {
    match (dialect, audience) {
        (Dialect::Sqlite, Audience::Shoppers) => found!(
            "number IN (SELECT rowid FROM product_search WHERE product_search MATCH $4)",
            " AND status = 'active'"
        ),
        (Dialect::Sqlite, Audience::Staff) => {
            found!("number IN (SELECT rowid FROM product_search WHERE product_search MATCH $4)", "")
        }
        (Dialect::Postgres, Audience::Shoppers) => found!(
            "number IN (SELECT number FROM product_search WHERE title @@ CAST($4 AS tsquery))",
            " AND status = 'active'"
        ),
        (Dialect::Postgres, Audience::Staff) => {
            found!("number IN (SELECT number FROM product_search WHERE everything @@ CAST($4 AS tsquery))", "")
        }
    }
}

/// The words as an expression in which nothing the visitor typed has a meaning of its own.
pub(super) fn expression(dialect: Dialect, audience: Audience, words: &SearchWords) -> String {
    let all = |term: fn(&str) -> String, and| {
        let terms: Vec<String> = words.as_slice().iter().map(|word| term(word)).collect();
        terms.join(and)
    };
    match (dialect, audience) {
        (Dialect::Sqlite, Audience::Shoppers) => format!("title : ({})", all(fts5_term, " AND ")),
        (Dialect::Sqlite, Audience::Staff) => all(fts5_term, " AND "),
        (Dialect::Postgres, Audience::Shoppers | Audience::Staff) => all(tsquery_term, " & "),
    }
}

fn fts5_term(word: &str) -> String {
    format!("\"{}\"*", word.replace('"', "\"\""))
}

fn tsquery_term(word: &str) -> String {
    format!("'{}':*", word.replace('\\', "\\\\").replace('\'', "''"))
}

/// Enters the words of a product: `$1` its id, `$2` the words of its labels, `$3` those of its codes, each between spaces.
pub(super) fn index(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "INSERT INTO product_search (rowid, title, codes) SELECT number, $2, $3 FROM product WHERE id = $1"
        }
        Dialect::Postgres => {
            "INSERT INTO product_search (number, title, everything)
             SELECT number, array_to_tsvector(array_remove(string_to_array($2, ' '), '')),
                array_to_tsvector(array_remove(string_to_array($2 || ' ' || $3, ' '), ''))
             FROM product WHERE id = $1"
        }
    }
}

/// Takes them out again: `$1` the product's id.
pub(super) fn unindex(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "DELETE FROM product_search WHERE rowid = (SELECT number FROM product WHERE id = $1)",
        Dialect::Postgres => "DELETE FROM product_search WHERE number = (SELECT number FROM product WHERE id = $1)",
    }
}

/// What is left of some codes: `$1` a JSON array of them.
pub(super) fn levels_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT sku, available FROM stock_level WHERE sku IN (SELECT value FROM json_each($1))",
        Dialect::Postgres => {
            "SELECT sku, available FROM stock_level
             WHERE sku IN (SELECT json_array_elements_text(CAST($1 AS json)))"
        }
    }
}

/// Which of some pictures are there: `$1` a JSON array of names.
pub(super) fn media_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT name FROM media WHERE name IN (SELECT value FROM json_each($1))",
        Dialect::Postgres => "SELECT name FROM media WHERE name IN (SELECT json_array_elements_text(CAST($1 AS json)))",
    }
}

/// Locks out other writers of products until the commit. SQLite has one writer in any case.
pub(super) fn keep_alone(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended(current_schema(), 2))"),
    }
}
