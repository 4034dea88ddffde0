//! POST `/admin/products/{handle}/pictures`: one more picture of a product.
//!
//! The picture is named after the product and its own content: the same file is kept once, and another file never hides
//! behind a name that browsers remember.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::{HttpResponse, web};
use chassis::web::{CsrfGuard, Flash, PageError, Staff, see_other_with};

use super::refusals::{SaveRefusal, sentence};
use crate::application::{Browse, KeepMedia, SaveMode, SaveProduct, SaveProductCommand};
use crate::domain::{Audience, FieldError, Handle, Image, ImageName, Media, Product, ProductDetails};

#[derive(MultipartForm)]
pub struct PictureForm {
    csrf: Text<String>,
    alt: Option<Text<String>>,
    file: Bytes,
}

pub async fn add(
    _staff: Staff,
    guard: CsrfGuard,
    browse: web::Data<Browse>,
    keep_media: web::Data<KeepMedia>,
    save_product: web::Data<SaveProduct>,
    path: web::Path<String>,
    MultipartForm(form): MultipartForm<PictureForm>,
) -> Result<HttpResponse, PageError> {
    guard.check(&form.csrf)?;
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    let found = browse.product(&handle, Audience::Staff).await?.ok_or(PageError::NotFound)?;
    let refused = |error: &dyn std::fmt::Display| PageError::Refused(sentence(&error.to_string()));
    let media = Media::named_by_content(handle.as_str(), form.file.data.to_vec()).map_err(|error| refused(&error))?;
    let alt = form.alt.map(Text::into_inner).unwrap_or_default();
    let details = with_picture(found.product(), media.name().clone(), &alt).map_err(|error| refused(&error))?;
    keep_media.execute(media).await?;
    let mode = SaveMode::ReplaceVersion(found.product().version());
    let command = SaveProductCommand { handle: handle.clone(), details, mode };
    match save_product.execute(command).await.map_err(SaveRefusal::from) {
        Ok(_) => Ok(see_other_with(&format!("/admin/products/{handle}"), Flash::notice("The picture is added."))),
        Err(SaveRefusal::InForm(words)) => Err(PageError::Refused(words)),
        Err(SaveRefusal::Page(error)) => Err(error),
    }
}

fn with_picture(product: &Product, name: ImageName, alt: &str) -> Result<ProductDetails, FieldError> {
    let mut details = product.details().clone();
    details.images.retain(|image| image.name != name);
    details.images.push(Image::new(name, alt)?);
    Ok(details)
}
