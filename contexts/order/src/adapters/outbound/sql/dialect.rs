//! What SQLite and PostgreSQL write differently: lists in JSON, the next order number, and a lock that only an engine
//! with several writers needs.

use chassis::sql::Dialect;

/// A statement around the texts of a JSON list: `name`, what stands before the list, the list's parameter, the rest.
macro_rules! with_a_list {
    ($(#[$doc:meta])* $name:ident: $before:literal, $list:literal, $after:literal) => {
        $(#[$doc])*
        pub(super) const fn $name(dialect: Dialect) -> &'static str {
            match dialect {
                Dialect::Sqlite => concat!($before, "SELECT value FROM json_each(", $list, ")", $after),
                Dialect::Postgres => concat!(
                    $before,
                    "SELECT value FROM jsonb_array_elements_text(CAST(", $list, " AS JSONB)) AS listed (value)",
                    $after
                ),
            }
        }
    };
}

with_a_list! {
    /// Prices and stock hints of the SKUs in the list `$1`.
    items_of: "SELECT p.sku, p.title, p.kind, p.unit_gross_minor, p.currency, p.sellable, p.handle, p.image, h.available FROM (", "$1",
    ") AS wanted JOIN price_list AS p ON p.sku = wanted.value LEFT JOIN stock_hints AS h ON h.sku = p.sku"
}
with_a_list! {
    /// The variants that the product `$1` has, and those in the list `$2`, in key order: to hold them. With OR instead of
    /// UNION PostgreSQL would read the whole price list for each product.
    variants_of: "SELECT sku, product_id FROM price_list
        WHERE sku IN (SELECT sku FROM price_list WHERE product_id = $1 UNION ", "$2", ") ORDER BY sku"
}
with_a_list! {
    /// Takes those variants of the product `$1` off sale that are in the list `$2`.
    off_sale: "UPDATE price_list SET sellable = 0 WHERE product_id = $1 AND sellable = 1 AND sku IN (", "$2", ")"
}

/// Takes the next order number. SQLite counts in the row, and a number that was not used goes back with its transaction.
/// On PostgreSQL everybody who orders would queue up for that row until the one before them has committed; there the row
/// says where counting began, and a sequence, which makes nobody wait, how many numbers were given out since. A copy of
/// the tables knows nothing of the sequence; see `numbers::pass_over`.
pub(super) const fn next_number(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "UPDATE order_numbers SET next = next + 1 WHERE only = 1 RETURNING next - 1 AS number",
        Dialect::Postgres => {
            "SELECT next + nextval('order_numbers_given') AS number FROM order_numbers WHERE \"only\" = 1"
        }
    }
}

/// Counts on from `$1`, or from where the counter stands if that is further.
pub(super) const fn count_from(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "UPDATE order_numbers SET next = $1 WHERE only = 1 AND next < $1 RETURNING next",
        Dialect::Postgres => {
            "SELECT setval('order_numbers_given', GREATEST($1 - next - 1, nextval('order_numbers_given')))
            FROM order_numbers WHERE \"only\" = 1"
        }
    }
}

/// Keeps the customer `$1` from ordering anything else until the commit. On SQLite nobody writes meanwhile anyway.
pub(super) const fn hold_buyer(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some(
            "SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended(current_schema() || '/buyer/' || $1, 0))",
        ),
    }
}
