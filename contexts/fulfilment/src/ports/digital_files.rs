//! Where sold files are kept, and who may fetch them.

use async_trait::async_trait;
use shared_kernel::{Limit, OrderId, Page, Sku, StoreError, Timestamp};

use crate::domain::DigitalFile;
use crate::domain::digital::{DownloadToken, FileInfo, Grant};

/// Something that is mailed, and its file if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigitalLine {
    /// What.
    pub sku: Sku,
    /// What a buyer reads, if the catalogue has said so.
    pub title: Option<String>,
    /// Its file.
    pub file: Option<FileInfo>,
}

/// Keeps one file per SKU, and the grants to fetch them.
#[async_trait]
pub trait DigitalFiles: Send + Sync {
    /// Keeps the file in place of the SKU's former one.
    async fn put(&self, file: DigitalFile, now: Timestamp) -> Result<(), StoreError>;

    /// The SKU's file as last kept.
    async fn read(&self, sku: &Sku) -> Result<Option<DigitalFile>, StoreError>;

    /// All digital SKUs that the catalogue has named or that have a file, by SKU, after the SKU `after`. The cursor is
    /// the last SKU of the page.
    async fn list(&self, after: Option<String>, limit: Limit) -> Result<Page<DigitalLine>, StoreError>;

    /// Grants access to one item of an order by `offered`'s token. If the item was granted before and that is still
    /// good at `now`, the former grant is the answer, so that a mail sent twice carries the same link.
    async fn grant(&self, order: OrderId, sku: &Sku, offered: Grant, now: Timestamp) -> Result<Grant, StoreError>;

    /// The file behind a token that is good at `now`.
    async fn fetch(&self, token: &DownloadToken, now: Timestamp) -> Result<Option<DigitalFile>, StoreError>;
}
