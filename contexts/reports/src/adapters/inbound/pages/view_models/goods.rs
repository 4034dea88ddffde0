//! `/admin/reports/products` and `/admin/reports/categories`.

use askama::Template;
use chassis::web::PageFrame;
use shared_kernel::Currency;

use super::super::messages;
use super::{Head, money};
use crate::domain::{CategorySales, GoodsAmounts, ProductSales};

#[derive(Template)]
#[template(path = "reports/products.html")]
pub(crate) struct ProductsPage {
    pub frame: PageFrame,
    pub head: Head,
    pub products: Vec<ProductRow>,
}

pub(crate) struct ProductRow {
    sku: String,
    title: String,
    sums: GoodsCells,
}

#[derive(Template)]
#[template(path = "reports/categories.html")]
pub(crate) struct CategoriesPage {
    pub frame: PageFrame,
    pub head: Head,
    pub categories: Vec<CategoryRow>,
}

pub(crate) struct CategoryRow {
    name: String,
    sums: GoodsCells,
}

/// What articles brought, cell by cell.
struct GoodsCells {
    quantity: i64,
    net: String,
    tax: String,
    gross: String,
    returned: i64,
    refunded: String,
    kept: String,
}

impl ProductRow {
    pub(crate) fn new(row: &ProductSales, of: Currency) -> Self {
        Self { sku: row.sku.to_string(), title: row.title.clone(), sums: GoodsCells::new(row.amounts, of) }
    }
}

impl CategoryRow {
    pub(crate) fn new(row: &CategorySales, of: Currency) -> Self {
        Self { name: messages::category(row.category.as_ref()), sums: GoodsCells::new(row.amounts, of) }
    }
}

impl GoodsCells {
    fn new(sums: GoodsAmounts, of: Currency) -> Self {
        Self {
            quantity: sums.quantity,
            net: money(sums.net, of),
            tax: money(sums.tax, of),
            gross: money(sums.gross, of),
            returned: sums.returned,
            refunded: money(sums.refunded, of),
            kept: money(sums.net_of_refunds(), of),
        }
    }
}
