//! Rows as the domain's values. A row that cannot be one names its table, its key and what is wrong.

use std::fmt::Display;

use chassis::sql::Row;
use shared_kernel::{Money, OrderId, StoreError};

use crate::domain::{
    Country, GoodsAmounts, Month, MonthAmounts, OrderAmounts, Outcome, Refund, RefundId, Sale, SaleAmounts, SaleLine,
};

pub(super) fn corrupt(table: &'static str, row: &dyn Display, problem: &dyn Display) -> StoreError {
    StoreError::Corrupt { table, row: row.to_string(), problem: problem.to_string() }
}

pub(super) fn month(table: &'static str, row: &Row) -> Result<Month, StoreError> {
    let text: String = row.get("month")?;
    Month::parse(&text).map_err(|error| corrupt(table, &text, &error))
}

/// The sale in a row of which the columns of `sale` may all be NULL.
pub(super) fn sale(order: OrderId, row: &Row) -> Result<Option<Sale>, StoreError> {
    let Some(outcome) = row.get::<Option<String>>("outcome")? else { return Ok(None) };
    let wrong = |problem: &dyn Display| corrupt("sale", &order, problem);
    let amounts = SaleAmounts::new(
        row.get("net_minor")?,
        row.get("tax_minor")?,
        row.get("shipping_minor")?,
        row.get("gross_minor")?,
    );
    Ok(Some(Sale {
        order,
        number: row.get("number")?,
        outcome: Outcome::parse(&outcome).ok_or_else(|| wrong(&"outcome"))?,
        sold_at: row.get("sold_at")?,
        month: month("sale", row)?,
        currency: row.get("currency")?,
        country: Country::new(&row.get::<String>("country")?),
        amounts: amounts.map_err(|error| wrong(&error))?,
    }))
}

pub(super) fn sale_line(order: OrderId, row: &Row) -> Result<SaleLine, StoreError> {
    let wrong = |problem: &dyn Display| corrupt("sale_line", &order, problem);
    let amounts = SaleAmounts::new(row.get("net_minor")?, row.get("tax_minor")?, 0, row.get("gross_minor")?);
    let amounts = amounts.map_err(|error| wrong(&error))?;
    SaleLine::new(row.get("sku")?, row.get("title")?, row.get("quantity")?, amounts).map_err(|error| wrong(&error))
}

pub(super) fn refund(row: &Row) -> Result<Refund, StoreError> {
    let id: String = row.get("refund_id")?;
    let known = RefundId::new(&id).ok_or_else(|| corrupt("refund", &id, &"refund_id"))?;
    let (minor, currency) = (row.get("amount_minor")?, row.get("currency")?);
    Refund::new(known, minor, currency, row.get("reason")?, row.get("refunded_at")?, month("refund", row)?)
        .map_err(|error| corrupt("refund", &id, &error))
}

pub(super) fn refund_id(row: &Row) -> Result<RefundId, StoreError> {
    let id: String = row.get("refund_id")?;
    RefundId::new(&id).ok_or_else(|| corrupt("refund_failure", &id, &"refund_id"))
}

pub(super) fn money(row: &Row) -> Result<Money, StoreError> {
    Ok(Money::new(row.get("amount_minor")?, row.get("currency")?))
}

pub(super) fn month_amounts(row: &Row) -> Result<MonthAmounts, StoreError> {
    Ok(MonthAmounts {
        orders: row.get("orders")?,
        cancelled: row.get("cancelled")?,
        net: row.get("net_minor")?,
        tax: row.get("tax_minor")?,
        shipping: row.get("shipping_minor")?,
        gross: row.get("gross_minor")?,
        refunded: row.get("refunded_minor")?,
    })
}

pub(super) fn order_amounts(row: &Row) -> Result<OrderAmounts, StoreError> {
    Ok(OrderAmounts {
        orders: row.get("orders")?,
        net: row.get("net_minor")?,
        tax: row.get("tax_minor")?,
        gross: row.get("gross_minor")?,
        refunded: row.get("refunded_minor")?,
    })
}

pub(super) fn goods_amounts(row: &Row) -> Result<GoodsAmounts, StoreError> {
    Ok(GoodsAmounts {
        quantity: row.get("quantity")?,
        net: row.get("net_minor")?,
        tax: row.get("tax_minor")?,
        gross: row.get("gross_minor")?,
        returned: row.get("returned")?,
        refunded: row.get("refunded_minor")?,
    })
}
