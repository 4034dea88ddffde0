//! Answers from the totals, a few rows each.
//!
//! The time of the answer is read before its rows: what was committed in between makes it fresher than it says.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::{Params, Row, Tx};
use shared_kernel::{Currency, Limit, StoreError};

use super::{SqlBooks, rows};
use crate::domain::{
    Books, Category, CategorySales, Country, CountrySales, MonthSales, Period, ProductSales, RefundEntry, RefundId,
    Report, Scope,
};
use crate::ports::{RefundPlace, SalesReports};

#[async_trait]
impl SalesReports for SqlBooks {
    async fn monthly(&self, of: Currency, period: Period, scope: Scope) -> Result<Report<MonthSales>, StoreError> {
        let months = "SELECT month, orders, cancelled, net_minor, tax_minor, shipping_minor, gross_minor,
                refunded_minor
            FROM monthly_total WHERE currency = $1 AND scope = $2 AND month >= $3 AND month <= $4 ORDER BY month";
        let values = params![of, scope.name(), period.first().to_string(), period.last().to_string()];
        self.answer(months, values, |row| {
            Ok(MonthSales { month: rows::month("monthly_total", row)?, amounts: rows::month_amounts(row)? })
        })
        .await
    }

    async fn top_products(
        &self,
        of: Currency,
        period: Period,
        limit: Limit,
    ) -> Result<Report<ProductSales>, StoreError> {
        let best = "SELECT best.sku, best.quantity, best.net_minor, best.tax_minor, best.gross_minor, best.returned,
                best.refunded_minor,
                COALESCE((SELECT title FROM article WHERE sku = best.sku),
                    (SELECT title FROM sale_line WHERE sku = best.sku
                        ORDER BY sold_at DESC, order_id DESC, position DESC LIMIT 1)) AS title
            FROM (SELECT sku, CAST(SUM(quantity) AS BIGINT) AS quantity, CAST(SUM(net_minor) AS BIGINT) AS net_minor,
                    CAST(SUM(tax_minor) AS BIGINT) AS tax_minor, CAST(SUM(gross_minor) AS BIGINT) AS gross_minor,
                    CAST(SUM(returned) AS BIGINT) AS returned, CAST(SUM(refunded_minor) AS BIGINT) AS refunded_minor,
                    CAST(SUM(gross_minor - refunded_minor) AS BIGINT) AS kept
                FROM article_total WHERE currency = $1 AND month >= $2 AND month <= $3
                GROUP BY sku ORDER BY 8 DESC, sku LIMIT $4) AS best
            ORDER BY best.kept DESC, best.sku";
        let mut values = between(of, period);
        values.extend(params![limit.get()]);
        self.answer(best, values, |row| {
            Ok(ProductSales { sku: row.get("sku")?, title: row.get("title")?, amounts: rows::goods_amounts(row)? })
        })
        .await
    }

    async fn by_category(&self, of: Currency, period: Period) -> Result<Report<CategorySales>, StoreError> {
        let categories = "SELECT category, CAST(SUM(quantity) AS BIGINT) AS quantity,
                CAST(SUM(net_minor) AS BIGINT) AS net_minor, CAST(SUM(tax_minor) AS BIGINT) AS tax_minor,
                CAST(SUM(gross_minor) AS BIGINT) AS gross_minor, CAST(SUM(returned) AS BIGINT) AS returned,
                CAST(SUM(refunded_minor) AS BIGINT) AS refunded_minor,
                CAST(SUM(gross_minor - refunded_minor) AS BIGINT) AS kept
            FROM category_total WHERE currency = $1 AND month >= $2 AND month <= $3
            GROUP BY category ORDER BY 8 DESC, category";
        self.answer(categories, between(of, period), |row| {
            let category = Category::new(&row.get::<String>("category")?);
            Ok(CategorySales { category, amounts: rows::goods_amounts(row)? })
        })
        .await
    }

    async fn by_country(&self, of: Currency, period: Period) -> Result<Report<CountrySales>, StoreError> {
        let countries = "SELECT country, CAST(SUM(orders) AS BIGINT) AS orders,
                CAST(SUM(net_minor) AS BIGINT) AS net_minor, CAST(SUM(tax_minor) AS BIGINT) AS tax_minor,
                CAST(SUM(gross_minor) AS BIGINT) AS gross_minor, CAST(SUM(refunded_minor) AS BIGINT) AS refunded_minor,
                CAST(SUM(gross_minor - refunded_minor) AS BIGINT) AS kept
            FROM country_total WHERE currency = $1 AND month >= $2 AND month <= $3
            GROUP BY country ORDER BY 7 DESC, country";
        self.answer(countries, between(of, period), |row| {
            let country = Country::new(&row.get::<String>("country")?);
            Ok(CountrySales { country, amounts: rows::order_amounts(row)? })
        })
        .await
    }

    async fn refunds(
        &self,
        of: Currency,
        period: Period,
        limit: Limit,
        after: Option<RefundPlace>,
    ) -> Result<Report<RefundEntry>, StoreError> {
        let refunds = "SELECT r.refund_id, r.order_id, r.number, r.amount_minor, r.currency, r.reason, r.refunded_at,
                EXISTS (SELECT 1 FROM sale AS s WHERE s.order_id = r.order_id AND s.outcome <> 'void') AS of_a_sale
            FROM refund AS r
            WHERE r.currency = $1 AND r.month >= $2 AND r.month <= $3 AND (r.refunded_at, r.order_id, r.refund_id) < ($4, $5, $6)
                AND NOT EXISTS (SELECT 1 FROM refund_failure AS f WHERE f.order_id = r.order_id AND f.refund_id = r.refund_id)
            ORDER BY r.refunded_at DESC, r.order_id DESC, r.refund_id DESC LIMIT $7";
        // Without a place: before a moment that never comes.
        let start = || (i64::MAX, String::new(), String::new());
        let place = |p: RefundPlace| (p.refunded_at.micros(), p.order.to_string(), p.id.as_str().to_owned());
        let (at, order, id) = after.map_or_else(start, place);
        let mut values = between(of, period);
        values.extend(params![at, order, id, limit.get() + 1]);
        self.answer(refunds, values, refund_entry).await
    }
}

fn between(of: Currency, period: Period) -> Params {
    params![of, period.first().to_string(), period.last().to_string()]
}

fn refund_entry(row: &Row) -> Result<RefundEntry, StoreError> {
    let id: String = row.get("refund_id")?;
    Ok(RefundEntry {
        order: row.get("order_id")?,
        number: row.get("number")?,
        amount: rows::money(row)?,
        reason: row.get("reason")?,
        refunded_at: row.get("refunded_at")?,
        of_a_sale: row.get("of_a_sale")?,
        id: RefundId::new(&id).ok_or_else(|| rows::corrupt("refund", &id, &"refund_id"))?,
    })
}

impl SqlBooks {
    async fn answer<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: Params,
        read: fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Report<T>, StoreError> {
        self.database
            .read_long(move |tx| {
                let values = values.clone();
                Box::pin(async move {
                    let books = books(tx).await?;
                    let rows = tx.fetch(sql, values).await?.iter().map(read).collect::<Result<_, _>>()?;
                    Ok(Report { books, rows })
                })
            })
            .await
    }
}

/// What there is to say of the books as a whole.
pub(super) async fn books(tx: &mut Tx) -> Result<Books, StoreError> {
    let state = "SELECT (SELECT as_of FROM books WHERE id = 1) AS as_of,
            (SELECT time_zone FROM books WHERE id = 1) AS time_zone,
            (SELECT COUNT(*) FROM rebuilding) AS rebuilding,
            (SELECT COUNT(*) FROM inbox WHERE consumer = 'record-sales' AND settled_at IS NULL AND status = 'open')
                AS waiting";
    let Some(row) = tx.fetch_optional(state, params![]).await? else { return Ok(Books::default()) };
    let currencies = "SELECT DISTINCT currency FROM monthly_total ORDER BY currency";
    let currencies = tx.fetch(currencies, params![]).await?;
    let currencies = currencies.iter().map(|row| row.get("currency")).collect::<Result<_, _>>()?;
    let rebuilding = row.get::<i64>("rebuilding")? > 0;
    Ok(Books {
        as_of: row.get("as_of")?,
        time_zone: row.get("time_zone")?,
        rebuilding,
        waiting: row.get("waiting")?,
        currencies,
    })
}
