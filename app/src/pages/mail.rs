//! `/admin/mail`: the mail that this shop has written, as long as it goes to a folder and not out into the world.

use std::path::{Path, PathBuf};

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};

use super::PageSettings;

/// Newer ones push older ones off the page; the folder keeps all.
const PAGE_SIZE: usize = 100;

#[derive(Template)]
#[template(path = "mail_list.html")]
struct MailListPage {
    frame: PageFrame,
    letters: Vec<MailRow>,
}

struct MailRow {
    name: String,
    to: String,
    subject: String,
}

#[derive(Template)]
#[template(path = "mail_show.html")]
struct MailPage {
    frame: PageFrame,
    name: String,
    source: String,
}

pub(super) async fn list(
    _admin: Admin,
    frame: PageFrame,
    settings: web::Data<PageSettings>,
) -> Result<HttpResponse, PageError> {
    let folder = settings.mail_folder.clone().ok_or(PageError::NotFound)?;
    let letters = web::block(move || newest(&folder)).await.map_err(PageError::internal)?;
    page(&MailListPage { frame, letters: letters.map_err(PageError::internal)? })
}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    settings: web::Data<PageSettings>,
    name: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let folder = settings.mail_folder.clone().ok_or(PageError::NotFound)?;
    let name = name.into_inner();
    let wanted = name.clone();
    let found = web::block(move || read(&folder, &wanted)).await.map_err(PageError::internal)?;
    let source = found.ok_or(PageError::NotFound)?;
    page(&MailPage { frame, name, source })
}

fn newest(folder: &Path) -> std::io::Result<Vec<MailRow>> {
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    if folder.exists() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "eml") {
                files.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
    }
    files.sort();
    let newest = files.into_iter().rev().take(PAGE_SIZE);
    newest.map(|(_, path)| Ok(row(&path, &std::fs::read_to_string(&path)?))).collect()
}

fn row(path: &Path, source: &str) -> MailRow {
    let header = |name: &str| {
        let line = source.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().to_owned()
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    MailRow { name, to: header("To: "), subject: header("Subject: ") }
}

/// Only names that the folder lists are read: a path cannot lead out of it.
fn read(folder: &Path, name: &str) -> Option<String> {
    let entry = std::fs::read_dir(folder).ok()?.flatten().find(|entry| entry.file_name().to_string_lossy() == name)?;
    let bytes = std::fs::read(entry.path()).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
