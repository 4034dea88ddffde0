//! Keeps a picture for products to show, under the name that it comes with.

use std::sync::Arc;

use shared_kernel::StoreError;

use crate::domain::{ImageName, Media, MediaError};
use crate::ports::MediaStore;

/// Why a picture was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepPictureError {
    /// The bytes are no picture of the kind that the name says.
    #[error(transparent)]
    Picture(#[from] MediaError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct KeepPicture {
    media: Arc<dyn MediaStore>,
}

impl KeepPicture {
    pub fn new(media: Arc<dyn MediaStore>) -> Self {
        Self { media }
    }

    /// Keeps the picture in place of any other of the same name.
    pub async fn execute(&self, name: ImageName, bytes: Vec<u8>) -> Result<(), KeepPictureError> {
        Ok(self.media.keep(Media::new(name, bytes)?).await?)
    }
}
