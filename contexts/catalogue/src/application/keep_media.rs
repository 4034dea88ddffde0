//! Keeps a picture for products to show.

use std::sync::Arc;

use shared_kernel::StoreError;

use crate::domain::Media;
use crate::ports::MediaStore;

/// Keeps pictures.
#[derive(Clone)]
pub struct KeepMedia {
    media: Arc<dyn MediaStore>,
}

impl KeepMedia {
    /// Keeps them there.
    pub fn new(media: Arc<dyn MediaStore>) -> Self {
        Self { media }
    }

    /// Keeps one, in place of any other of the same name.
    pub async fn execute(&self, media: Media) -> Result<(), StoreError> {
        self.media.keep(media).await
    }
}
