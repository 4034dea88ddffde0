//! The port that keeps pictures.

use async_trait::async_trait;
use shared_kernel::StoreError;

use crate::domain::{ImageName, Media};

/// Keeps pictures by name.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Keeps a picture in place of any other of the same name.
    async fn keep(&self, media: Media) -> Result<(), StoreError>;

    /// The picture of that name.
    async fn find(&self, name: &ImageName) -> Result<Option<Media>, StoreError>;

    /// Which of these pictures are not there, in the order given.
    async fn missing(&self, names: &[ImageName]) -> Result<Vec<ImageName>, StoreError>;
}
