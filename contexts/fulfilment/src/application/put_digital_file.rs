//! Staff (or the demo) uploads a file that is sold.

use std::sync::Arc;

use shared_kernel::{Clock, Sku, StoreError};

use super::tidy_up::MailWhatWaited;
use crate::domain::DigitalFile;
use crate::domain::digital::{FileError, FileInfo};
use crate::ports::DigitalFiles;

/// Why it could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum PutDigitalFileError {
    /// It is not a file that can be sold.
    #[error(transparent)]
    Refused(#[from] FileError),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps files that are sold.
#[derive(Clone)]
pub struct PutDigitalFile {
    /// Where they are kept.
    pub files: Arc<dyn DigitalFiles>,
    /// Who may have waited for it.
    pub waiting: MailWhatWaited,
    /// The time of upload.
    pub clock: Arc<dyn Clock>,
}

impl PutDigitalFile {
    /// Keeps the file in place of the former one, and sends it to those who have waited for it. Should the program stop
    /// in between, the sweep of [`MailWhatWaited`] sends it.
    pub async fn execute(
        &self,
        sku: Sku,
        name: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<FileInfo, PutDigitalFileError> {
        let file = DigitalFile::new(sku, name, content_type, bytes)?;
        let info = file.info().clone();
        self.files.put(file, self.clock.now()).await?;
        self.waiting.execute().await?;
        Ok(info)
    }
}
