//! What SQLite says in its own way: full-text search, and lists as parameters.

use crate::domain::SearchWords;

/// `$1`/`$2` the place after which, `$3` how many, `$4` what to match, `$5` a category's slug or nothing.
pub const SEARCH_FOR_SHOPPERS: &str = concat!(
    super::product_columns!(),
    " WHERE number IN (SELECT rowid FROM product_search WHERE product_search MATCH $4) AND status = 'active'
      AND ($5 = '' OR category_slug = $5) AND (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3"
);

/// The same over everything.
pub const SEARCH_FOR_STAFF: &str = concat!(
    super::product_columns!(),
    " WHERE number IN (SELECT rowid FROM product_search WHERE product_search MATCH $4)
      AND ($5 = '' OR category_slug = $5) AND (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3"
);

/// `$1` the product's id, `$2` its folded title, `$3` its folded codes.
pub const INDEX: &str =
    "INSERT INTO product_search (rowid, title, codes) SELECT number, $2, $3 FROM product WHERE id = $1";

/// `$1` the product's id.
pub const UNINDEX: &str = "DELETE FROM product_search WHERE rowid = (SELECT number FROM product WHERE id = $1)";

/// `$1` a JSON array of codes.
pub const LEVELS_OF: &str = "SELECT sku, available FROM stock_level WHERE sku IN (SELECT value FROM json_each($1))";

/// The words as a match expression in which nothing the visitor typed has a meaning of its own. Shoppers search the
/// title alone.
pub fn expression(words: &SearchWords, title_only: bool) -> String {
    let terms: Vec<String> =
        words.as_slice().iter().map(|word| format!("\"{}\"*", word.replace('"', "\"\""))).collect();
    let column = if title_only { "title : " } else { "" };
    format!("{column}({})", terms.join(" AND "))
}
