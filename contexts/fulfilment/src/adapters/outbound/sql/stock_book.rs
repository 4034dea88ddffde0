//! Looking at the shelves.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::{Database, Row};
use shared_kernel::{Limit, Page, Sku, StoreError};

use super::rows;
use crate::ports::{StockBook, StockChange, StockLine, StockQuery};

const FIND: &str = "SELECT s.sku AS sku, s.on_hand AS on_hand, s.reserved AS reserved,
    s.derived_committed AS derived_committed, p.title AS title, p.kind AS kind
    FROM stock_item s LEFT JOIN product p ON p.sku = s.sku WHERE s.sku = $1";
const LIST: &str = "SELECT s.sku AS sku, s.on_hand AS on_hand, s.reserved AS reserved,
    s.derived_committed AS derived_committed, p.title AS title, p.kind AS kind
    FROM stock_item s LEFT JOIN product p ON p.sku = s.sku
    WHERE s.sku > $1 AND (p.sku IS NOT NULL OR s.on_hand > 0 OR s.derived_committed > 0) ORDER BY s.sku LIMIT $2";
const SEARCH: &str = "SELECT s.sku AS sku, s.on_hand AS on_hand, s.reserved AS reserved,
    s.derived_committed AS derived_committed, p.title AS title, p.kind AS kind
    FROM stock_item s LEFT JOIN product p ON p.sku = s.sku
    WHERE s.sku > $1 AND (p.sku IS NOT NULL OR s.on_hand > 0 OR s.derived_committed > 0)
    AND (LOWER(s.sku) LIKE $3 ESCAPE '\\' OR LOWER(p.title) LIKE $3 ESCAPE '\\')
    ORDER BY s.sku LIMIT $2";
const KNOWN: &str = "SELECT sku FROM product WHERE sku = $1 UNION ALL SELECT sku FROM stock_item WHERE sku = $1";
/// The version before wrote no `committed_delta`: there, goods left the shelf when they were sold.
const HISTORY: &str = "SELECT position, moved_at, reason, on_hand_delta + COALESCE(committed_delta, 0) AS on_hand,
    on_hand_delta - reserved_delta AS available, reference, made_by_name, note
    FROM stock_movement WHERE sku = $1 AND position < $2 ORDER BY position DESC LIMIT $3";

/// [`StockBook`] over the context's database.
#[derive(Clone)]
pub struct SqlStockBook {
    database: Database,
}

impl SqlStockBook {
    /// Reads from `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl StockBook for SqlStockBook {
    async fn find(&self, sku: &Sku) -> Result<Option<StockLine>, StoreError> {
        let sku = sku.clone();
        self.database
            .read(move |tx| {
                let sku = sku.clone();
                Box::pin(async move { tx.fetch_optional(FIND, params![sku]).await?.as_ref().map(line).transpose() })
            })
            .await
    }

    async fn is_known(&self, sku: &Sku) -> Result<bool, StoreError> {
        let sku = sku.clone();
        let found = self.database.read(move |tx| {
            let sku = sku.clone();
            Box::pin(async move { tx.fetch(KNOWN, params![sku]).await })
        });
        Ok(!found.await?.is_empty())
    }

    async fn history(&self, sku: &Sku, before: Option<i64>, limit: Limit) -> Result<Page<StockChange>, StoreError> {
        let (sku, before) = (sku.clone(), before.unwrap_or(i64::MAX));
        let changes = self.database.read(move |tx| {
            let sku = sku.clone();
            Box::pin(async move {
                let rows = tx.fetch(HISTORY, params![sku, before, limit.get() + 1]).await?;
                rows.iter().map(change).collect()
            })
        });
        Ok(Page::cut(changes.await?, limit, |change: &StockChange| change.position.to_string()))
    }

    async fn list(&self, query: StockQuery, limit: Limit) -> Result<Page<StockLine>, StoreError> {
        let lines: Vec<StockLine> = self
            .database
            .read_long(move |tx| {
                let (after, pattern) = (query.after.clone().unwrap_or_default(), pattern(&query.text));
                Box::pin(async move {
                    let rows = match pattern {
                        Some(pattern) => tx.fetch(SEARCH, params![after, limit.get() + 1, pattern]).await?,
                        None => tx.fetch(LIST, params![after, limit.get() + 1]).await?,
                    };
                    rows.iter().map(line).collect()
                })
            })
            .await?;
        Ok(Page::cut(lines, limit, |line| line.item.sku().to_string()))
    }
}

/// What is looked for, with the characters that mean something to `LIKE` taken at their word.
fn pattern(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let word = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (!word.is_empty()).then(|| ["%", &word, "%"].concat())
}

fn line(row: &Row) -> Result<StockLine, StoreError> {
    let item = rows::stock_item(row)?;
    let kind: Option<String> = row.get("kind")?;
    let kind = kind.map(|name| rows::kind(&name, "product", item.sku())).transpose()?;
    Ok(StockLine { title: row.get("title")?, kind, item })
}

fn change(row: &Row) -> Result<StockChange, StoreError> {
    Ok(StockChange {
        position: row.get("position")?,
        at: row.get("moved_at")?,
        reason: row.get("reason")?,
        on_hand: row.get("on_hand")?,
        available: row.get("available")?,
        reference: row.get("reference")?,
        by: row.get("made_by_name")?,
        note: row.get("note")?,
    })
}
