//! Addresses of pages. An address is text with rules: the template engine knows how to quote its parts.

use askama::Template;
use shared_kernel::OrderId;

pub(super) const DIGITAL_FILES: &str = "/admin/digital-files";
const STOCK: &str = "/admin/stock";

pub(super) fn shipping_order(order: OrderId) -> String {
    format!("/admin/shipping-orders/{order}")
}

/// The page of one shelf.
pub(super) fn shelf(sku: &str) -> String {
    Shelf { sku }.render().unwrap_or_else(|_| STOCK.to_owned())
}

/// The list of shelves as it was searched and paged.
pub(super) fn stock(search: &str, after: &str) -> String {
    Stock { search, after }.render().unwrap_or_else(|_| STOCK.to_owned())
}

/// The list of digital files after this SKU.
pub(super) fn digital_files(after: &str) -> String {
    DigitalFiles { after }.render().unwrap_or_else(|_| DIGITAL_FILES.to_owned())
}

#[derive(Template)]
#[template(source = "/admin/digital-files?after={{ after|urlencode_strict }}", ext = "txt")]
struct DigitalFiles<'a> {
    after: &'a str,
}

#[derive(Template)]
#[template(source = "/admin/stock/{{ sku|urlencode_strict }}", ext = "txt")]
struct Shelf<'a> {
    sku: &'a str,
}

#[derive(Template)]
#[template(
    source = "/admin/stock{% if !search.is_empty() || !after.is_empty() %}?q={{ search|urlencode_strict }}{% if !after.is_empty() %}&after={{ after|urlencode_strict }}{% endif %}{% endif %}",
    ext = "txt"
)]
struct Stock<'a> {
    search: &'a str,
    after: &'a str,
}
