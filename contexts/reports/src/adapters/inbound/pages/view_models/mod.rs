//! What the templates place: a struct of finished strings for each page, and its rows.

mod chart;
mod goods;
mod head;
mod refunds;
mod sales;

use shared_kernel::{Currency, Money};

pub(super) use goods::{CategoriesPage, CategoryRow, ProductRow, ProductsPage};
pub(super) use head::Head;
pub(super) use refunds::{RefundRow, RefundsPage};
pub(super) use sales::{MonthlyPage, OverviewPage, SalesPage};

/// An amount for people.
fn money(minor: i64, of: Currency) -> String {
    Money::new(minor, of).to_string()
}
