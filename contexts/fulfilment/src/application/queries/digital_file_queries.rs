//! Which files are sold, and the download of one.

use std::sync::Arc;

use shared_kernel::{Clock, Limit, Page, StoreError};

use crate::domain::{DigitalFile, DownloadToken};
use crate::ports::{DigitalFiles, DigitalLine};

/// Looks at files that are sold.
pub struct DigitalFileQueries {
    files: Arc<dyn DigitalFiles>,
    clock: Arc<dyn Clock>,
}

impl DigitalFileQueries {
    pub fn new(files: Arc<dyn DigitalFiles>, clock: Arc<dyn Clock>) -> Self {
        Self { files, clock }
    }

    /// All digital SKUs with their files, by SKU, after the SKU `after`.
    pub async fn list(&self, after: Option<String>, limit: Limit) -> Result<Page<DigitalLine>, StoreError> {
        self.files.list(after, limit).await
    }

    /// The file behind a token that is good now.
    pub async fn download(&self, token: &DownloadToken) -> Result<Option<DigitalFile>, StoreError> {
        self.files.fetch(token, self.clock.now()).await
    }
}
