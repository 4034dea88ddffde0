//! Importing a file: what became of it, and the imports before.

use askama::Template;
use chassis::web::PageFrame;

use crate::adapters::inbound::import::ImportOutcome;
use crate::domain::{ImportRun, ImportState};

#[derive(Template)]
#[template(path = "catalogue/admin_import.html")]
pub struct ImportPage {
    pub frame: PageFrame,
    pub columns: String,
    pub outcome: Option<ImportOutcome>,
    pub error: Option<String>,
    pub runs: Vec<ImportRow>,
}

pub struct ImportRow {
    id: String,
    at: String,
    file_name: String,
    products: usize,
    state: &'static str,
    can_be_reverted: bool,
}

impl ImportRow {
    pub fn new(run: &ImportRun, zone: &str) -> Self {
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
