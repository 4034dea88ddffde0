//! Staff (or the demo) uploads a file that is sold.

use std::sync::Arc;

use shared_kernel::{Clock, Sku, StoreError};

use super::send_waiting_files::SendWaitingFiles;
use crate::domain::DigitalFile;
use crate::domain::digital::{FileError, FileInfo};
use crate::ports::DigitalFiles;

/// Why the file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PutDigitalFileError {
    /// It is not a file that can be sold.
    #[error(transparent)]
    Refused(#[from] FileError),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores files that are sold.
pub struct PutDigitalFile {
    files: Arc<dyn DigitalFiles>,
    send_waiting: Arc<SendWaitingFiles>,
    clock: Arc<dyn Clock>,
}

impl PutDigitalFile {
    pub fn new(files: Arc<dyn DigitalFiles>, send_waiting: Arc<SendWaitingFiles>, clock: Arc<dyn Clock>) -> Self {
        Self { files, send_waiting, clock }
    }

    /// Stores the file in place of the former one, and sends it to those who have waited for it. Should the program stop
    /// in between, the timer of [`SendWaitingFiles`] sends it.
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
        self.send_waiting.execute().await?;
        Ok(info)
    }
}
