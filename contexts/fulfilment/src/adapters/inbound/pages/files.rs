//! The upload form on a shipping order whose file is missing.

use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_multipart::form::{MultipartForm, MultipartFormConfig};
use actix_web::{HttpResponse, Resource, web};
use chassis::web::{CsrfGuard, Flash, PageError, Staff, see_other_with};
use shared_kernel::Sku;

use super::errors::sentence;
use super::shipping_order::{order_id, path};
use crate::application::put_digital_file::{PutDigitalFile, PutDigitalFileError};
use crate::domain::digital::LARGEST_FILE;

/// A file and what a browser wraps around it.
const LARGEST_UPLOAD: usize = LARGEST_FILE + 64 * 1024;

/// One file for one SKU, with the token of the page.
#[derive(MultipartForm)]
pub(super) struct UploadForm {
    csrf: Text<String>,
    sku: Text<String>,
    #[multipart(limit = "21MiB")]
    file: Bytes,
}

/// Its limits are its own: the rest of the app takes smaller forms.
pub(super) fn resource() -> Resource {
    let limits = MultipartFormConfig::default().total_limit(LARGEST_UPLOAD).memory_limit(LARGEST_UPLOAD);
    web::resource("/admin/shipping-orders/{id}/files").app_data(limits).route(web::post().to(upload))
}

async fn upload(
    _staff: Staff,
    guard: CsrfGuard,
    id: web::Path<String>,
    form: MultipartForm<UploadForm>,
    put_file: web::Data<PutDigitalFile>,
) -> Result<HttpResponse, PageError> {
    let UploadForm { csrf, sku, file } = form.into_inner();
    guard.check(&csrf)?;
    let path = path(order_id(&id)?);
    let sku = Sku::parse(&sku).map_err(|error| PageError::Invalid(sentence(&error)))?;
    let name = file.file_name.unwrap_or_default();
    let content_type = file.content_type.map_or_else(|| "application/octet-stream".to_owned(), |kind| kind.to_string());
    match put_file.execute(sku, &name, &content_type, file.data.to_vec()).await {
        Ok(_) => {
            Ok(see_other_with(&path, Flash::notice("The file is kept, and is mailed to everybody who waits for it.")))
        }
        Err(PutDigitalFileError::Refused(error)) => Ok(see_other_with(&path, Flash::error(sentence(&error)))),
        Err(PutDigitalFileError::Store(error)) => Err(error.into()),
    }
}
