//! Writing: a fact, its postings and its cause in one transaction.
//!
//! The order of the statements is the order in which things are locked where others write meanwhile; see the folder's
//! words on who waits for whom.

use async_trait::async_trait;
use chassis::messaging::{ERASED, Record, Recorder, erase_fields, scrub};
use chassis::params;
use chassis::sql::Tx;
use serde_json::Value;
use shared_kernel::{Cause, OrderId, StoreError, Timestamp};

use super::{RULES_VERSION, SqlBooks, dialect, postings, rows};
use crate::domain::{CatalogueEntry, Category, Fact, Learned, OrderHistory, SaleLine};
use crate::ports::{Added, FactAdded, ProductStated, SalesLedger};

#[async_trait]
impl SalesLedger for SqlBooks {
    async fn add(&self, added: FactAdded) -> Result<Added, StoreError> {
        let books = self.clone();
        self.database
            .write(move |tx| {
                let (books, added) = (books.clone(), added.clone());
                Box::pin(async move { books.learn(tx, &added).await })
            })
            .await
    }

    async fn keep_product(&self, stated: ProductStated) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (recorder, stated) = (recorder.clone(), stated.clone());
                Box::pin(async move {
                    mark(&recorder, tx, stated.cause.as_ref()).await?;
                    dialect::hold_categories(tx).await?;
                    for entry in entries(&stated) {
                        keep_entry(tx, &entry).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn forget_reasons(&self, order: OrderId, cause: Option<Cause>) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (recorder, cause) = (recorder.clone(), cause.clone());
                Box::pin(async move {
                    dialect::hold_order(tx, order).await?;
                    mark(&recorder, tx, cause.as_ref()).await?;
                    let forget = "UPDATE refund SET reason = $2 WHERE order_id = $1";
                    tx.execute(forget, params![order, ERASED]).await?;
                    scrub(tx, &order.to_string(), redact, recorder.now()).await.map(drop)
                })
            })
            .await
    }
}

/// Takes people out of facts that still wait, or lie dead, in the inbox.
fn redact(event_type: &str, data: &mut Value) {
    erase_fields(data, &["email", "delivery_address", "customer"]);
    if event_type == "store.order.refunded.v1" || event_type == "store.order.cancelled.v1" {
        erase_fields(data, &["reason"]);
    }
}

impl SqlBooks {
    async fn learn(&self, tx: &mut Tx, added: &FactAdded) -> Result<Added, StoreError> {
        dialect::hold_order(tx, added.order).await?;
        let (history, as_of) = history(tx, added.order).await?;
        let learned = match history.learn(&added.fact) {
            Err(contradiction) => return Ok(Added::Contradiction(contradiction)),
            Ok(learned) => learned,
        };
        mark(&self.recorder, tx, added.cause.as_ref()).await?;
        let Learned::News(_, gained) = learned else { return Ok(Added::NoNews) };
        keep_fact(tx, added).await?;
        postings::post(tx, &gained).await?;
        // It only ever grows, so what was read before may be older than what is there now, but never fresher.
        if as_of.is_none_or(|as_of| as_of < added.stated_at) {
            let fresh = "INSERT INTO books (id, as_of, time_zone, rules) VALUES (1, $1, $2, $3)
                ON CONFLICT (id) DO UPDATE SET as_of = excluded.as_of WHERE books.as_of < excluded.as_of";
            tx.execute(fresh, params![added.stated_at, &self.time_zone, RULES_VERSION]).await?;
        }
        Ok(Added::News)
    }
}

async fn mark(recorder: &Recorder, tx: &mut Tx, cause: Option<&Cause>) -> Result<(), StoreError> {
    recorder.record(tx, Record { cause, events: Vec::new(), tasks: Vec::new() }).await
}

/// What is known of the order, and how fresh the books are.
async fn history(tx: &mut Tx, order: OrderId) -> Result<(OrderHistory, Option<Timestamp>), StoreError> {
    let known = "SELECT s.number, s.outcome, s.sold_at, s.month, s.currency, s.country,
            s.net_minor, s.tax_minor, s.shipping_minor, s.gross_minor,
            (SELECT completed_at FROM completion WHERE order_id = $1) AS completed_at,
            (SELECT cancelled_at FROM cancellation WHERE order_id = $1) AS cancelled_at,
            (SELECT COUNT(*) FROM refund WHERE order_id = $1) AS refunds,
            (SELECT COUNT(*) FROM refund_failure WHERE order_id = $1) AS failures,
            (SELECT as_of FROM books WHERE id = 1) AS as_of
        FROM (SELECT 1 AS one) AS always LEFT JOIN sale AS s ON s.order_id = $1";
    let Some(row) = tx.fetch_optional(known, params![order]).await? else { return Ok(Default::default()) };
    let refunds = if row.get::<i64>("refunds")? == 0 {
        Vec::new()
    } else {
        let refunds = "SELECT refund_id, amount_minor, currency, reason, refunded_at, month FROM refund
            WHERE order_id = $1";
        tx.fetch(refunds, params![order]).await?.iter().map(rows::refund).collect::<Result<_, _>>()?
    };
    let failed = if row.get::<i64>("failures")? == 0 {
        Vec::new()
    } else {
        let failures = "SELECT refund_id FROM refund_failure WHERE order_id = $1";
        tx.fetch(failures, params![order]).await?.iter().map(rows::refund_id).collect::<Result<_, _>>()?
    };
    let sale = match rows::sale(order, &row)? {
        Some(sale) => Some((sale, lines(tx, order).await?)),
        None => None,
    };
    let history = OrderHistory::from_stored(sale, row.get("completed_at")?, row.get("cancelled_at")?, refunds, failed);
    Ok((history, row.get("as_of")?))
}

async fn lines(tx: &mut Tx, order: OrderId) -> Result<Vec<SaleLine>, StoreError> {
    let lines = "SELECT sku, title, quantity, net_minor, tax_minor, gross_minor FROM sale_line
        WHERE order_id = $1 ORDER BY position";
    tx.fetch(lines, params![order]).await?.iter().map(|row| rows::sale_line(order, row)).collect()
}

async fn keep_fact(tx: &mut Tx, added: &FactAdded) -> Result<(), StoreError> {
    match &added.fact {
        Fact::Sold { sale, lines } => {
            let keep = "INSERT INTO sale (order_id, number, outcome, sold_at, month, currency, country,
                    net_minor, tax_minor, shipping_minor, gross_minor)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
            let (month, amounts) = (sale.month.to_string(), sale.amounts);
            let country = sale.country.as_ref().map_or("", |country| country.as_str());
            let mut values = params![sale.order, &sale.number, sale.outcome.name(), sale.sold_at, month];
            values.extend(params![sale.currency, country, amounts.net(), amounts.tax()]);
            values.extend(params![amounts.shipping(), amounts.gross()]);
            tx.execute(keep, values).await?;
            for (position, line) in (1_i64..).zip(lines) {
                keep_line(tx, added, position, line, sale.sold_at).await?;
            }
        }
        Fact::Completed(at) => {
            let keep = "INSERT INTO completion (order_id, completed_at) VALUES ($1, $2)";
            tx.execute(keep, params![added.order, *at]).await?;
        }
        Fact::Cancelled(at) => {
            let keep = "INSERT INTO cancellation (order_id, cancelled_at) VALUES ($1, $2)";
            tx.execute(keep, params![added.order, *at]).await?;
        }
        Fact::Refunded(refund) => {
            let keep = "INSERT INTO refund (refund_id, order_id, number, amount_minor, currency, reason, refunded_at,
                    month) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let mut values = params![refund.id.as_str(), added.order, &added.number, refund.amount.minor()];
            values.extend(params![refund.amount.currency(), &refund.reason, refund.refunded_at]);
            values.extend(params![refund.month.to_string()]);
            tx.execute(keep, values).await?;
        }
        Fact::RefundFailed(refund, at) => {
            let keep = "INSERT INTO refund_failure (order_id, refund_id, failed_at) VALUES ($1, $2, $3)";
            tx.execute(keep, params![added.order, refund.as_str(), *at]).await?;
        }
    }
    Ok(())
}

async fn keep_line(
    tx: &mut Tx,
    added: &FactAdded,
    position: i64,
    line: &SaleLine,
    sold_at: Timestamp,
) -> Result<(), StoreError> {
    let keep = "INSERT INTO sale_line (order_id, position, sku, title, quantity, net_minor, tax_minor, gross_minor,
            sold_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let mut values = params![added.order, position, &line.sku, &line.title, line.quantity];
    values.extend(params![line.amounts.net(), line.amounts.tax(), line.amounts.gross(), sold_at]);
    tx.execute(keep, values).await.map(|_| ())
}

fn entries(stated: &ProductStated) -> impl Iterator<Item = CatalogueEntry> {
    stated.articles.iter().map(|article| CatalogueEntry {
        article: article.clone(),
        product: stated.product,
        category: stated.category.clone(),
        stated_at: stated.stated_at,
        sequence: stated.sequence,
    })
}

async fn keep_entry(tx: &mut Tx, entry: &CatalogueEntry) -> Result<(), StoreError> {
    let find = "SELECT product_id, title, category, stated_at, sequence FROM article WHERE sku = $1";
    let row = tx.fetch_optional(find, params![&entry.article.sku]).await?;
    let mut kept_category = String::new();
    if let Some(row) = row {
        kept_category = row.get("category")?;
        let kept = CatalogueEntry {
            article: crate::domain::Article { sku: entry.article.sku.clone(), title: row.get("title")? },
            product: row.get("product_id")?,
            category: Category::new(&kept_category),
            stated_at: row.get("stated_at")?,
            sequence: row.get("sequence")?,
        };
        if !entry.replaces(&kept) {
            return Ok(());
        }
    }
    let keep = "INSERT INTO article (sku, product_id, title, category, stated_at, sequence)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (sku) DO UPDATE SET product_id = excluded.product_id, title = excluded.title,
            category = excluded.category, stated_at = excluded.stated_at, sequence = excluded.sequence";
    let category = entry.category.as_ref().map_or("", Category::as_str);
    let sequence = i64::try_from(entry.sequence).map_err(StoreError::unavailable)?;
    let mut values = params![&entry.article.sku, entry.product, &entry.article.title, category];
    values.extend(params![entry.stated_at, sequence]);
    tx.execute(keep, values).await?;
    if category == kept_category {
        return Ok(());
    }
    postings::move_category(tx, &entry.article.sku, &kept_category, category).await
}
