//! `/admin/products/import`: a file of products, uploaded or pasted; looked at, applied, and taken back.

use std::collections::HashMap;

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentDisposition;
use actix_web::{HttpResponse, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, CsrfGuard, Flash, PageError, PageFrame, Staff, page, page_with, see_other_with};
use shared_kernel::format::sentence;

use super::PageSettings;
use super::messages::{NOTHING_IMPORTED, import_run_refused, reverted_text};
use super::view_models::{ImportPage, ImportRow};
use crate::adapters::inbound::csv::COLUMNS;
use crate::adapters::inbound::import::{
    ImportFile, ImportFileError, ImportMode, ImportOutcome, ImportRunError, note_import,
};
use crate::domain::{ImportRunId, ImportState};

#[derive(MultipartForm)]
pub(super) struct ImportForm {
    csrf: Text<String>,
    #[multipart(limit = "33 MiB")]
    file: Option<Bytes>,
    #[multipart(limit = "33 MiB")]
    text: Option<Text<String>>,
    dry_run: Option<Text<String>>,
    all_or_nothing: Option<Text<String>>,
    number_repeated_skus: Option<Text<String>>,
}

type Fields = HashMap<String, String>;

async fn import_page(
    import_file: &ImportFile,
    zone: &str,
    frame: PageFrame,
    outcome: Option<ImportOutcome>,
    error: Option<String>,
) -> Result<HttpResponse, PageError> {
    let runs = import_file.recent().await?;
    let shown = runs.iter().filter(|run| run.state != ImportState::Previewed);
    let shown = shown.map(|run| ImportRow::new(run, zone)).collect();
    let wrong = error.is_some();
    let shown = ImportPage { frame, columns: COLUMNS.join(", "), outcome, error, runs: shown };
    if wrong { page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown) } else { page(&shown) }
}

pub(super) async fn show(
    _staff: Staff,
    import_file: web::Data<ImportFile>,
    settings: web::Data<PageSettings>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    import_page(&import_file, &settings.time_zone, frame, None, None).await
}

pub(super) async fn import(
    _staff: Staff,
    guard: CsrfGuard,
    (import_file, settings): (web::Data<ImportFile>, web::Data<PageSettings>),
    trail: SecurityTrail,
    frame: PageFrame,
    MultipartForm(form): MultipartForm<ImportForm>,
) -> Result<HttpResponse, PageError> {
    guard.check(&form.csrf)?;
    let mode = ImportMode {
        dry_run: form.dry_run.is_some(),
        all_or_nothing: form.all_or_nothing.is_some(),
        number_repeated_skus: form.number_repeated_skus.is_some(),
    };
    let uploaded = form.file.filter(|file| !file.data.is_empty());
    let name = uploaded.as_ref().and_then(|file| file.file_name.clone()).unwrap_or_default();
    let bytes = uploaded.map(|file| file.data);
    let bytes = bytes.unwrap_or_else(|| form.text.map(Text::into_inner).unwrap_or_default().into());
    let outcome = import_file.execute(&bytes, &name, mode).await;
    if let Ok(outcome) = &outcome {
        note_import(&trail, outcome).await;
    }
    render_outcome(&import_file, &settings.time_zone, frame, outcome).await
}

/// POST `/admin/products/import/{run}/apply`: the very file that was looked at.
pub(super) async fn apply(
    _staff: Staff,
    (import_file, settings): (web::Data<ImportFile>, web::Data<PageSettings>),
    trail: SecurityTrail,
    frame: PageFrame,
    run: web::Path<String>,
    CsrfForm(_): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let zone = &settings.time_zone;
    match import_file.apply(run_of(&run)?).await {
        Ok(outcome) => {
            note_import(&trail, &outcome).await;
            render_outcome(&import_file, zone, frame, Ok(outcome)).await
        }
        Err(ImportRunError::File(error)) => render_outcome(&import_file, zone, frame, Err(error)).await,
        Err(error) => Err(import_run_refused(error)),
    }
}

/// POST `/admin/products/import/{run}/revert`.
pub(super) async fn revert(
    _staff: Staff,
    import_file: web::Data<ImportFile>,
    trail: SecurityTrail,
    run: web::Path<String>,
    CsrfForm(_): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let id = run_of(&run)?;
    let reverted = import_file.revert(id).await.map_err(import_run_refused)?;
    trail.note(SecurityEvent::ImportReverted, &format!("import/{id}")).await;
    let flash = Flash::notice(reverted_text(&reverted));
    Ok(see_other_with("/admin/products/import", flash))
}

/// `/admin/products/import/{run}/before.csv`: the changed products as they were.
pub(super) async fn before(
    _staff: Staff,
    import_file: web::Data<ImportFile>,
    run: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let file = import_file.before(run_of(&run)?).await?.ok_or(PageError::NotFound)?;
    let name = ContentDisposition::attachment("products-before.csv");
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(name).body(file))
}

fn run_of(path: &str) -> Result<ImportRunId, PageError> {
    ImportRunId::parse(path).map_err(|_| PageError::NotFound)
}

async fn render_outcome(
    import_file: &ImportFile,
    zone: &str,
    frame: PageFrame,
    outcome: Result<ImportOutcome, ImportFileError>,
) -> Result<HttpResponse, PageError> {
    match outcome {
        Ok(outcome) => import_page(import_file, zone, frame, Some(outcome), None).await,
        Err(ImportFileError::Store(error)) => Err(error.into()),
        Err(ImportFileError::NotAll(outcome)) => {
            import_page(import_file, zone, frame, Some(*outcome), Some(NOTHING_IMPORTED.to_owned())).await
        }
        Err(error @ (ImportFileError::TooLarge | ImportFileError::File(_))) => {
            import_page(import_file, zone, frame, None, Some(sentence(error))).await
        }
    }
}
