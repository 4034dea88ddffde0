//! Pictures that staff adds: one to a product (POST `/admin/products/{handle}/pictures`), or many in an archive
//! (POST `/admin/products/import/pictures`).

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::{HttpResponse, web};
use chassis::web::{CsrfGuard, Flash, PageError, Staff, see_other_with};

use super::messages::{PICTURE_ADDED, add_picture_refused, archive_refused, archive_text};
use crate::adapters::inbound::import::picture_archive::keep_pictures;
use crate::application::{AddPicture, AddPictureCommand, KeepPicture};
use crate::domain::Handle;

#[derive(MultipartForm)]
pub(super) struct PictureForm {
    csrf: Text<String>,
    alt: Option<Text<String>>,
    file: Bytes,
}

pub(super) async fn add(
    _staff: Staff,
    guard: CsrfGuard,
    add_picture: web::Data<AddPicture>,
    path: web::Path<String>,
    MultipartForm(form): MultipartForm<PictureForm>,
) -> Result<HttpResponse, PageError> {
    guard.check(&form.csrf)?;
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    let alt = form.alt.map(Text::into_inner).unwrap_or_default();
    let command = AddPictureCommand { handle: handle.clone(), bytes: form.file.data.to_vec(), alt };
    add_picture.execute(command).await.map_err(add_picture_refused)?;
    Ok(see_other_with(&format!("/admin/products/{handle}"), Flash::notice(PICTURE_ADDED)))
}

#[derive(MultipartForm)]
pub(super) struct ArchiveForm {
    csrf: Text<String>,
    #[multipart(limit = "64 MiB")]
    file: Bytes,
}

pub(super) async fn add_archive(
    _staff: Staff,
    guard: CsrfGuard,
    keep_picture: web::Data<KeepPicture>,
    MultipartForm(form): MultipartForm<ArchiveForm>,
) -> Result<HttpResponse, PageError> {
    guard.check(&form.csrf)?;
    let outcome = keep_pictures(&keep_picture, form.file.data.to_vec()).await.map_err(archive_refused)?;
    Ok(see_other_with("/admin/products/import", Flash::notice(archive_text(&outcome))))
}
