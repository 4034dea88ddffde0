//! `/admin/digital-files`.

use askama::Template;
use chassis::web::PageFrame;

use crate::domain::FileInfo;
use crate::ports::DigitalLine;

#[derive(Template)]
#[template(path = "fulfilment/digital_files.html")]
pub(crate) struct DigitalFilesPage {
    pub frame: PageFrame,
    pub lines: Vec<FileRow>,
    pub next: Option<String>,
}

pub(crate) struct FileRow {
    sku: String,
    title: String,
    file: Option<String>,
}

impl From<DigitalLine> for FileRow {
    fn from(line: DigitalLine) -> Self {
        let file = |file: &FileInfo| format!("{}, {} KiB", file.name(), file.size() / 1024);
        Self { sku: line.sku.to_string(), title: line.title.unwrap_or_default(), file: line.file.as_ref().map(file) }
    }
}
