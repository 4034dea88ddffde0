//! `/admin/digital-files`: what is mailed, and the form that uploads its file. The same form stands on a shipping order
//! whose file is missing.

use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_multipart::form::{MultipartForm, MultipartFormConfig};
use actix_web::{HttpResponse, Resource, web};
use chassis::web::{CsrfGuard, Flash, PageError, PageFrame, Staff, page, see_other_with};
use serde::Deserialize;
use shared_kernel::format::sentence;
use shared_kernel::{Limit, Sku};

use super::view_models::{DigitalFilesPage, FileRow};
use super::{paths, shipping_order};
use crate::application::{DigitalFileQueries, PutDigitalFile, PutDigitalFileError};
use crate::domain::digital::MAX_FILE_BYTES;

/// A file and what a browser wraps around it.
const MAX_UPLOAD_BYTES: usize = MAX_FILE_BYTES + 64 * 1024;

#[derive(Deserialize)]
struct ListQuery {
    after: Option<String>,
}

/// One file for one SKU, with the token of the page, and the order whose page the form stood on.
#[derive(MultipartForm)]
struct UploadForm {
    csrf: Text<String>,
    sku: Text<String>,
    order: Option<Text<String>>,
    #[multipart(limit = "21MiB")]
    file: Bytes,
}

/// Its limits are its own: the rest of the app takes smaller forms.
pub(super) fn resource() -> Resource {
    let limits = MultipartFormConfig::default().total_limit(MAX_UPLOAD_BYTES).memory_limit(MAX_UPLOAD_BYTES);
    web::resource("/admin/digital-files").app_data(limits).route(web::get().to(show)).route(web::post().to(upload))
}

async fn show(
    frame: PageFrame,
    _staff: Staff,
    query: web::Query<ListQuery>,
    files: web::Data<DigitalFileQueries>,
) -> Result<HttpResponse, PageError> {
    let found = files.list(query.into_inner().after, Limit::DEFAULT).await?;
    let lines = found.items.into_iter().map(FileRow::from).collect();
    page(&DigitalFilesPage { frame, lines, next: found.next_cursor.map(|after| paths::digital_files(&after)) })
}

async fn upload(
    _staff: Staff,
    guard: CsrfGuard,
    form: MultipartForm<UploadForm>,
    put_file: web::Data<PutDigitalFile>,
) -> Result<HttpResponse, PageError> {
    let UploadForm { csrf, sku, order, file } = form.into_inner();
    guard.check(&csrf)?;
    let order = order.map(|order| shipping_order::order_id(&order)).transpose()?;
    let back = order.map_or_else(|| paths::DIGITAL_FILES.to_owned(), paths::shipping_order);
    let sku = Sku::parse(&sku).map_err(|error| PageError::Invalid(sentence(error)))?;
    let name = file.file_name.unwrap_or_default();
    let content_type = file.content_type.map_or_else(|| "application/octet-stream".to_owned(), |kind| kind.to_string());
    let flash = match put_file.execute(sku, &name, &content_type, file.data.to_vec()).await {
        Ok(_) => Flash::notice("File uploaded. Customers waiting for it will receive it by e-mail."),
        Err(PutDigitalFileError::Refused(error)) => Flash::error(sentence(error)),
        Err(PutDigitalFileError::Store(error)) => return Err(error.into()),
    };
    Ok(see_other_with(&back, flash))
}
