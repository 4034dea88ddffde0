//! `/admin/products/import`: a file of products, uploaded or pasted.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{CsrfGuard, PageError, PageFrame, Staff, page, page_with};

use super::refusals::sentence;
use crate::adapters::inbound::csv::COLUMNS;
use crate::adapters::inbound::importing::{ImportFile, ImportFileError, ImportMode, ImportOutcome};

#[derive(MultipartForm)]
pub struct ImportForm {
    csrf: Text<String>,
    #[multipart(limit = "33 MiB")]
    file: Option<Bytes>,
    #[multipart(limit = "33 MiB")]
    text: Option<Text<String>>,
    dry_run: Option<Text<String>>,
    all_or_nothing: Option<Text<String>>,
}

#[derive(Template)]
#[template(path = "catalogue/admin_import.html")]
struct ImportPage {
    frame: PageFrame,
    columns: String,
    outcome: Option<ImportOutcome>,
    error: Option<String>,
}

impl ImportPage {
    fn new(frame: PageFrame, outcome: Option<ImportOutcome>, error: Option<String>) -> Self {
        Self { frame, columns: COLUMNS.join(", "), outcome, error }
    }
}

pub async fn show(_staff: Staff, frame: PageFrame) -> Result<HttpResponse, PageError> {
    page(&ImportPage::new(frame, None, None))
}

pub async fn import(
    _staff: Staff,
    guard: CsrfGuard,
    import_file: web::Data<ImportFile>,
    frame: PageFrame,
    MultipartForm(form): MultipartForm<ImportForm>,
) -> Result<HttpResponse, PageError> {
    guard.check(&form.csrf)?;
    let mode = ImportMode { dry_run: form.dry_run.is_some(), all_or_nothing: form.all_or_nothing.is_some() };
    let uploaded = form.file.filter(|file| !file.data.is_empty()).map(|file| file.data);
    let bytes = uploaded.unwrap_or_else(|| form.text.map(Text::into_inner).unwrap_or_default().into());
    match import_file.execute(&bytes, mode).await {
        Ok(outcome) => page(&ImportPage::new(frame, Some(outcome), None)),
        Err(ImportFileError::Store(error)) => Err(error.into()),
        Err(ImportFileError::NotAll(outcome)) => {
            let words = "Some products are not right, so nothing was imported.".to_owned();
            refused(&ImportPage::new(frame, Some(*outcome), Some(words)))
        }
        Err(error @ (ImportFileError::TooLarge | ImportFileError::File(_))) => {
            refused(&ImportPage::new(frame, None, Some(sentence(&error.to_string()))))
        }
    }
}

fn refused(shown: &ImportPage) -> Result<HttpResponse, PageError> {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, shown)
}
