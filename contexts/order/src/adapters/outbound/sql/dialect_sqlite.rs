//! Statements that SQLite and PostgreSQL write differently.

/// Prices and stock hints of the SKUs in a JSON list.
pub(super) const ITEMS_OF: &str =
    "SELECT p.sku, p.title, p.kind, p.unit_gross_minor, p.currency, p.sellable, h.available
    FROM json_each($1) AS wanted
    JOIN price_list AS p ON p.sku = wanted.value
    LEFT JOIN stock_hints AS h ON h.sku = p.sku";

/// Takes the variants that are not in a JSON list of SKUs off sale.
pub(super) const OFF_SALE_UNLESS: &str = "UPDATE price_list SET sellable = 0
    WHERE product_id = $1 AND sellable = 1 AND sku NOT IN (SELECT value FROM json_each($2))";

/// Takes the variants in a JSON list of SKUs off sale.
pub(super) const OFF_SALE: &str = "UPDATE price_list SET sellable = 0
    WHERE product_id = $1 AND sellable = 1 AND sku IN (SELECT value FROM json_each($2))";
