//! Sold files as bytes in the context's database, so that a backup has them and they appear with their transaction.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::{Database, Row};
use shared_kernel::{Limit, OrderId, Page, Sku, StoreError, Timestamp};

use crate::domain::DigitalFile;
use crate::domain::digital::{DownloadToken, FileInfo, Grant};
use crate::ports::{DigitalFiles, DigitalLine};

const PUT: &str = "INSERT INTO digital_file (sku, name, content_type, content, uploaded_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (sku) DO UPDATE SET name = excluded.name, content_type = excluded.content_type,
    content = excluded.content, uploaded_at = excluded.uploaded_at";
const READ: &str = "SELECT sku, name, content_type, content FROM digital_file WHERE sku = $1";
const LIST: &str = "SELECT k.sku AS sku, p.title AS title, f.name AS name, f.content_type AS content_type,
    LENGTH(f.content) AS size
    FROM (SELECT sku FROM product WHERE kind = 'digital' UNION SELECT sku FROM digital_file) k
    LEFT JOIN product p ON p.sku = k.sku LEFT JOIN digital_file f ON f.sku = k.sku
    WHERE k.sku > $1 ORDER BY k.sku LIMIT $2";
const FETCH: &str = "SELECT f.sku AS sku, f.name AS name, f.content_type AS content_type, f.content AS content
    FROM download d JOIN digital_file f ON f.sku = d.sku WHERE d.token = $1 AND d.valid_until > $2";
const GRANT: &str = "INSERT INTO download (order_id, sku, token, valid_until) VALUES ($1, $2, $3, $4)
    ON CONFLICT (order_id, sku) DO UPDATE SET token = excluded.token, valid_until = excluded.valid_until
    WHERE download.valid_until <= $5";
const GRANTED: &str = "SELECT token, valid_until FROM download WHERE order_id = $1 AND sku = $2";

/// [`DigitalFiles`] over the context's database.
#[derive(Clone)]
pub struct SqlDigitalFiles {
    database: Database,
}

impl SqlDigitalFiles {
    /// Keeps the files in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl DigitalFiles for SqlDigitalFiles {
    async fn put(&self, file: DigitalFile, now: Timestamp) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                let info = file.info();
                let params = params![info.sku(), info.name(), info.content_type(), file.bytes(), now];
                Box::pin(async move { tx.execute(PUT, params).await.map(drop) })
            })
            .await
    }

    async fn read(&self, sku: &Sku) -> Result<Option<DigitalFile>, StoreError> {
        let sku = sku.clone();
        self.database
            .read(move |tx| {
                let sku = sku.clone();
                Box::pin(async move { tx.fetch_optional(READ, params![sku]).await?.as_ref().map(file).transpose() })
            })
            .await
    }

    async fn list(&self, after: Option<String>, limit: Limit) -> Result<Page<DigitalLine>, StoreError> {
        let lines: Vec<DigitalLine> = self
            .database
            .read(move |tx| {
                let after = after.clone().unwrap_or_default();
                Box::pin(
                    async move { tx.fetch(LIST, params![after, limit.get() + 1]).await?.iter().map(line).collect() },
                )
            })
            .await?;
        Ok(Page::cut(lines, limit, |line| line.sku.to_string()))
    }

    async fn grant(&self, order: OrderId, sku: &Sku, offered: Grant, now: Timestamp) -> Result<Grant, StoreError> {
        let sku = sku.clone();
        self.database
            .write(move |tx| {
                let (sku, offered) = (sku.clone(), offered.clone());
                Box::pin(async move {
                    // Replaces only what is good no more, and whichever row stands then is the grant.
                    let offer = params![order, &sku, offered.token.as_str(), offered.until, now];
                    tx.execute(GRANT, offer).await?;
                    let row = tx.fetch_optional(GRANTED, params![order, sku]).await?;
                    row.map_or(Ok(offered), |row| granted(order, &row))
                })
            })
            .await
    }

    async fn fetch(&self, token: &DownloadToken, now: Timestamp) -> Result<Option<DigitalFile>, StoreError> {
        let token = token.as_str().to_owned();
        self.database
            .read(move |tx| {
                let token = token.clone();
                Box::pin(
                    async move { tx.fetch_optional(FETCH, params![token, now]).await?.as_ref().map(file).transpose() },
                )
            })
            .await
    }
}

fn line(row: &Row) -> Result<DigitalLine, StoreError> {
    let sku: Sku = row.get("sku")?;
    let file = match row.get::<Option<String>>("name")? {
        Some(name) => Some(FileInfo::restore(sku.clone(), name, row.get("content_type")?, row.get("size")?)),
        None => None,
    };
    Ok(DigitalLine { title: row.get("title")?, sku, file })
}

fn file(row: &Row) -> Result<DigitalFile, StoreError> {
    let sku: Sku = row.get("sku")?;
    let (name, content_type): (String, String) = (row.get("name")?, row.get("content_type")?);
    let corrupt =
        |row: Sku, problem: String| StoreError::Corrupt { table: "digital_file", row: row.to_string(), problem };
    DigitalFile::new(sku.clone(), &name, &content_type, row.get("content")?)
        .map_err(|error| corrupt(sku, error.to_string()))
}

fn granted(order: OrderId, row: &Row) -> Result<Grant, StoreError> {
    let problem = || StoreError::Corrupt { table: "download", row: order.to_string(), problem: "token".to_owned() };
    let token = DownloadToken::parse(&row.get::<String>("token")?).ok_or_else(problem)?;
    Ok(Grant { token, until: row.get("valid_until")? })
}
