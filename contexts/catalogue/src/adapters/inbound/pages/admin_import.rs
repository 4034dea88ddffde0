//! `/admin/products/import`: a file of products, uploaded or pasted; looked at, applied, and taken back.

use std::collections::HashMap;

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentDisposition;
use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, CsrfGuard, Flash, PageError, PageFrame, Staff, page, page_with, see_other_with};

use super::Pages;
use super::refusals::sentence;
use crate::adapters::inbound::csv::COLUMNS;
use crate::adapters::inbound::import_outcome::note_import;
use crate::adapters::inbound::importing::{ImportFile, ImportFileError, ImportMode, ImportOutcome, ImportRunError};
use crate::application::RevertImportError;
use crate::domain::{ImportRun, ImportRunId, ImportState};

#[derive(MultipartForm)]
pub struct ImportForm {
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

#[derive(Template)]
#[template(path = "catalogue/admin_import.html")]
struct ImportPage {
    frame: PageFrame,
    columns: String,
    outcome: Option<ImportOutcome>,
    error: Option<String>,
    runs: Vec<RunLine>,
}

struct RunLine {
    id: String,
    at: String,
    file_name: String,
    products: usize,
    state: &'static str,
    can_be_reverted: bool,
}

impl RunLine {
    fn of(run: &ImportRun, zone: &str) -> Self {
        Self {
            id: run.id.to_string(),
            at: run.at.format_in(zone),
            file_name: run.file_name.clone(),
            products: run.touched.len(),
            state: run.state.name(),
            can_be_reverted: run.state == ImportState::Applied && !run.touched.is_empty(),
        }
    }
}

async fn import_page(
    import_file: &ImportFile,
    zone: &str,
    frame: PageFrame,
    outcome: Option<ImportOutcome>,
    error: Option<String>,
) -> Result<HttpResponse, PageError> {
    let runs = import_file.recent().await?;
    let shown = runs.iter().filter(|run| run.state != ImportState::Previewed);
    let shown = shown.map(|run| RunLine::of(run, zone)).collect();
    let wrong = error.is_some();
    let shown = ImportPage { frame, columns: COLUMNS.join(", "), outcome, error, runs: shown };
    if wrong { page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown) } else { page(&shown) }
}

pub async fn show(
    _staff: Staff,
    import_file: web::Data<ImportFile>,
    pages: web::Data<Pages>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    import_page(&import_file, &pages.time_zone, frame, None, None).await
}

pub async fn import(
    _staff: Staff,
    guard: CsrfGuard,
    (import_file, pages): (web::Data<ImportFile>, web::Data<Pages>),
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
    render_outcome(&import_file, &pages.time_zone, frame, outcome).await
}

/// POST `/admin/products/import/{run}/apply`: the very file that was looked at.
pub async fn apply(
    _staff: Staff,
    (import_file, pages): (web::Data<ImportFile>, web::Data<Pages>),
    trail: SecurityTrail,
    frame: PageFrame,
    run: web::Path<String>,
    CsrfForm(_): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let zone = &pages.time_zone;
    match import_file.apply(run_of(&run)?).await {
        Ok(outcome) => {
            note_import(&trail, &outcome).await;
            render_outcome(&import_file, zone, frame, Ok(outcome)).await
        }
        Err(ImportRunError::File(error)) => render_outcome(&import_file, zone, frame, Err(error)).await,
        Err(error) => Err(run_refused(error)),
    }
}

/// POST `/admin/products/import/{run}/revert`.
pub async fn revert(
    _staff: Staff,
    import_file: web::Data<ImportFile>,
    trail: SecurityTrail,
    run: web::Path<String>,
    CsrfForm(_): CsrfForm<Fields>,
) -> Result<HttpResponse, PageError> {
    let id = run_of(&run)?;
    let reverted = import_file.revert(id).await.map_err(run_refused)?;
    trail.note(SecurityEvent::ImportReverted, &format!("import/{id}")).await;
    let flash = Flash::notice(format!("The import is taken back: {reverted}"));
    Ok(see_other_with("/admin/products/import", flash))
}

/// `/admin/products/import/{run}/before.csv`: the changed products as they were.
pub async fn before(
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

fn run_refused(error: ImportRunError) -> PageError {
    match error {
        ImportRunError::File(ImportFileError::Store(error))
        | ImportRunError::Revert(RevertImportError::Store(error)) => error.into(),
        other => PageError::Refused(sentence(&other.to_string())),
    }
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
            let words = "Some products are not right, so nothing was imported.".to_owned();
            import_page(import_file, zone, frame, Some(*outcome), Some(words)).await
        }
        Err(error @ (ImportFileError::TooLarge | ImportFileError::File(_))) => {
            import_page(import_file, zone, frame, None, Some(sentence(&error.to_string()))).await
        }
    }
}
