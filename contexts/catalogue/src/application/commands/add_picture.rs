//! Staff adds a picture to a product.
//!
//! The picture is named after the product and its own content: the same file is kept once, and another file never hides
//! behind a name that browsers remember.

use std::sync::Arc;

use shared_kernel::StoreError;

use super::{SaveMode, SaveProduct, SaveProductCommand, SaveProductError};
use crate::domain::{FieldError, Handle, Image, ImageName, Media, MediaError, Product, ProductDetails};
use crate::ports::{MediaStore, ProductStore};

pub struct AddPictureCommand {
    pub handle: Handle,
    pub bytes: Vec<u8>,
    /// What the picture shows; the product's title stands for an empty text.
    pub alt: String,
}

/// Why a picture was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddPictureError {
    #[error("there is no product {0}")]
    NoSuchProduct(Handle),
    #[error(transparent)]
    Picture(#[from] MediaError),
    /// The text that says what the picture shows.
    #[error(transparent)]
    Alt(#[from] FieldError),
    /// The product with one picture more was refused.
    #[error(transparent)]
    Save(#[from] SaveProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct AddPicture {
    products: Arc<dyn ProductStore>,
    media: Arc<dyn MediaStore>,
    save_product: Arc<SaveProduct>,
}

impl AddPicture {
    pub fn new(products: Arc<dyn ProductStore>, media: Arc<dyn MediaStore>, save_product: Arc<SaveProduct>) -> Self {
        Self { products, media, save_product }
    }

    /// The picture stays in the media store if the product is refused: nothing shows it, and the same file is not kept
    /// twice.
    pub async fn execute(&self, command: AddPictureCommand) -> Result<(), AddPictureError> {
        let AddPictureCommand { handle, bytes, alt } = command;
        let found = self.products.find(&handle).await?;
        let product = found.ok_or_else(|| AddPictureError::NoSuchProduct(handle.clone()))?;
        let media = Media::named_by_content(handle.as_str(), bytes)?;
        let details = with_picture(&product, media.name().clone(), &alt)?;
        self.media.keep(media).await?;
        let mode = SaveMode::ReplaceVersion(product.version());
        self.save_product.execute(SaveProductCommand { handle, details, mode }).await?;
        Ok(())
    }
}

fn with_picture(product: &Product, name: ImageName, alt: &str) -> Result<ProductDetails, FieldError> {
    let mut details = product.details().clone();
    details.images.retain(|image| image.name != name);
    details.images.push(Image::new(name, alt)?);
    Ok(details)
}
