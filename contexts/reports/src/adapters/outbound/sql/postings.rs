//! Adding to the totals, and moving an article's totals from one category to another.
//!
//! A total that would be nothing has no row, so that the tables depend on the facts alone and not on the way to them.

use std::collections::BTreeMap;

use chassis::params;
use chassis::sql::{Params, Tx};
use shared_kernel::{Sku, StoreError};

use super::dialect;
use crate::domain::{GoodsAmounts, GoodsKey, Postings};

/// Adds everything, the totals first that few other facts add to: later transactions wait for the shortest time.
pub(super) async fn post(tx: &mut Tx, gained: &Postings) -> Result<(), StoreError> {
    if !gained.goods.is_empty() {
        dialect::keep_categories(tx).await?;
        post_goods(tx, gained).await?;
    }
    for (key, amounts) in &gained.countries {
        let country = key.country.as_ref().map_or("", |country| country.as_str());
        let mut values = params![key.currency, key.month.to_string(), country, amounts.orders];
        values.extend(params![amounts.net, amounts.tax, amounts.gross, amounts.refunded]);
        tx.execute(ADD_TO_COUNTRY, values).await?;
        if amounts.refunded < 0 {
            tx.execute(CLEAR_COUNTRY, params![key.currency, key.month.to_string(), country]).await?;
        }
    }
    let mut months: Vec<_> = gained.months.iter().collect();
    months.sort_by_key(|(key, _)| (key.currency.code(), key.scope, key.month));
    for (key, amounts) in months {
        let mut values = params![key.currency, key.scope.name(), key.month.to_string()];
        values.extend(params![amounts.orders, amounts.cancelled, amounts.net, amounts.tax]);
        values.extend(params![amounts.shipping, amounts.gross, amounts.refunded]);
        tx.execute(ADD_TO_MONTH, values).await?;
        if amounts.refunded < 0 {
            tx.execute(CLEAR_MONTH, params![key.currency, key.scope.name(), key.month.to_string()]).await?;
        }
    }
    Ok(())
}

async fn post_goods(tx: &mut Tx, gained: &Postings) -> Result<(), StoreError> {
    let mut categories: BTreeMap<(&str, String, String), GoodsAmounts> = BTreeMap::new();
    for (key, amounts) in &gained.goods {
        let category = post_article(tx, key, *amounts).await?;
        let sum = categories.entry((key.currency, key.month.to_string(), category)).or_default();
        *sum = sum.plus(*amounts);
    }
    for ((currency, month, category), amounts) in categories {
        let mut values = params![currency, &month, &category];
        values.extend(columns(amounts));
        tx.execute(ADD_TO_CATEGORY, values).await?;
        if amounts.takes_back() {
            tx.execute(CLEAR_CATEGORY, params![currency, &month, &category]).await?;
        }
    }
    Ok(())
}

/// Adds to the article; answers the category in which it is now.
async fn post_article(tx: &mut Tx, key: &GoodsKey, amounts: GoodsAmounts) -> Result<String, StoreError> {
    let mut values = params![key.currency, key.month.to_string(), &key.sku];
    values.extend(columns(amounts));
    let row = tx.fetch_optional(ADD_TO_ARTICLE, values).await?;
    if amounts.takes_back() {
        tx.execute(CLEAR_ARTICLE, params![key.currency, key.month.to_string(), &key.sku]).await?;
    }
    row.map_or_else(|| Ok(String::new()), |row| row.get("category"))
}

fn columns(amounts: GoodsAmounts) -> Params {
    params![amounts.quantity, amounts.net, amounts.tax, amounts.gross, amounts.returned, amounts.refunded]
}

const ADD_TO_ARTICLE: &str = "INSERT INTO article_total (currency, month, sku, quantity, net_minor, tax_minor,
        gross_minor, returned, refunded_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (sku, currency, month) DO UPDATE SET
        quantity = article_total.quantity + excluded.quantity,
        net_minor = article_total.net_minor + excluded.net_minor,
        tax_minor = article_total.tax_minor + excluded.tax_minor,
        gross_minor = article_total.gross_minor + excluded.gross_minor,
        returned = article_total.returned + excluded.returned,
        refunded_minor = article_total.refunded_minor + excluded.refunded_minor
    RETURNING COALESCE((SELECT category FROM article WHERE article.sku = $3), '') AS category";
const CLEAR_ARTICLE: &str = "DELETE FROM article_total WHERE currency = $1 AND month = $2 AND sku = $3
    AND quantity = 0 AND net_minor = 0 AND tax_minor = 0 AND gross_minor = 0 AND returned = 0 AND refunded_minor = 0";

const ADD_TO_CATEGORY: &str = "INSERT INTO category_total (currency, month, category, quantity, net_minor, tax_minor,
        gross_minor, returned, refunded_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (currency, month, category) DO UPDATE SET
        quantity = category_total.quantity + excluded.quantity,
        net_minor = category_total.net_minor + excluded.net_minor,
        tax_minor = category_total.tax_minor + excluded.tax_minor,
        gross_minor = category_total.gross_minor + excluded.gross_minor,
        returned = category_total.returned + excluded.returned,
        refunded_minor = category_total.refunded_minor + excluded.refunded_minor";
const CLEAR_CATEGORY: &str = "DELETE FROM category_total WHERE currency = $1 AND month = $2 AND category = $3
    AND quantity = 0 AND net_minor = 0 AND tax_minor = 0 AND gross_minor = 0 AND returned = 0 AND refunded_minor = 0";

const ADD_TO_COUNTRY: &str = "INSERT INTO country_total (currency, month, country, orders, net_minor, tax_minor,
        gross_minor, refunded_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (currency, month, country) DO UPDATE SET
        orders = country_total.orders + excluded.orders,
        net_minor = country_total.net_minor + excluded.net_minor,
        tax_minor = country_total.tax_minor + excluded.tax_minor,
        gross_minor = country_total.gross_minor + excluded.gross_minor,
        refunded_minor = country_total.refunded_minor + excluded.refunded_minor";

const CLEAR_COUNTRY: &str = "DELETE FROM country_total WHERE currency = $1 AND month = $2 AND country = $3
    AND orders = 0 AND net_minor = 0 AND tax_minor = 0 AND gross_minor = 0 AND refunded_minor = 0";

const ADD_TO_MONTH: &str = "INSERT INTO monthly_total (currency, scope, month, orders, cancelled, net_minor, tax_minor,
        shipping_minor, gross_minor, refunded_minor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (currency, scope, month) DO UPDATE SET
        orders = monthly_total.orders + excluded.orders,
        cancelled = monthly_total.cancelled + excluded.cancelled,
        net_minor = monthly_total.net_minor + excluded.net_minor,
        tax_minor = monthly_total.tax_minor + excluded.tax_minor,
        shipping_minor = monthly_total.shipping_minor + excluded.shipping_minor,
        gross_minor = monthly_total.gross_minor + excluded.gross_minor,
        refunded_minor = monthly_total.refunded_minor + excluded.refunded_minor";

/// A refund that is taken back may have been all that its month had.
const CLEAR_MONTH: &str = "DELETE FROM monthly_total WHERE currency = $1 AND scope = $2 AND month = $3
    AND orders = 0 AND cancelled = 0 AND net_minor = 0 AND tax_minor = 0 AND shipping_minor = 0 AND gross_minor = 0
    AND refunded_minor = 0";

/// Expects the categories to be held.
pub(super) async fn move_category(tx: &mut Tx, sku: &Sku, from: &str, to: &str) -> Result<(), StoreError> {
    let add = "INSERT INTO category_total (currency, month, category, quantity, net_minor, tax_minor, gross_minor,
            returned, refunded_minor)
        SELECT currency, month, $2, quantity, net_minor, tax_minor, gross_minor, returned, refunded_minor
            FROM article_total WHERE sku = $1
        ON CONFLICT (currency, month, category) DO UPDATE SET
            quantity = category_total.quantity + excluded.quantity,
            net_minor = category_total.net_minor + excluded.net_minor,
            tax_minor = category_total.tax_minor + excluded.tax_minor,
            gross_minor = category_total.gross_minor + excluded.gross_minor,
            returned = category_total.returned + excluded.returned,
            refunded_minor = category_total.refunded_minor + excluded.refunded_minor";
    if tx.execute(add, params![sku, to]).await? == 0 {
        return Ok(());
    }
    let take = "UPDATE category_total SET
            quantity = category_total.quantity - a.quantity,
            net_minor = category_total.net_minor - a.net_minor,
            tax_minor = category_total.tax_minor - a.tax_minor,
            gross_minor = category_total.gross_minor - a.gross_minor,
            returned = category_total.returned - a.returned,
            refunded_minor = category_total.refunded_minor - a.refunded_minor
        FROM article_total AS a
        WHERE a.sku = $1 AND category_total.category = $2
            AND category_total.currency = a.currency AND category_total.month = a.month";
    tx.execute(take, params![sku, from]).await?;
    let clear = "DELETE FROM category_total WHERE category = $1 AND quantity = 0 AND net_minor = 0 AND tax_minor = 0
        AND gross_minor = 0 AND returned = 0 AND refunded_minor = 0";
    tx.execute(clear, params![from]).await.map(|_| ())
}
