//! POST `/admin/products/import/pictures`: many pictures in one archive.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::{HttpResponse, web};
use chassis::web::{CsrfGuard, Flash, PageError, Staff, see_other_with};

use super::refusals::sentence;
use crate::adapters::inbound::archive::{ArchiveError, keep_pictures};
use crate::application::KeepMedia;

/// So many files that were left out are named.
const SHOWN: usize = 10;

#[derive(MultipartForm)]
pub struct ArchiveForm {
    csrf: Text<String>,
    #[multipart(limit = "64 MiB")]
    file: Bytes,
}

pub async fn add(
    _staff: Staff,
    guard: CsrfGuard,
    keep_media: web::Data<KeepMedia>,
    MultipartForm(form): MultipartForm<ArchiveForm>,
) -> Result<HttpResponse, PageError> {
    guard.check(&form.csrf)?;
    let outcome = keep_pictures(&keep_media, form.file.data.to_vec()).await.map_err(|error| match error {
        ArchiveError::Store(error) => error.into(),
        other => PageError::Refused(sentence(&other.to_string())),
    })?;
    let mut words = vec![format!("{} pictures are kept.", outcome.kept)];
    words.extend(outcome.left_out.iter().take(SHOWN).map(|file| format!("{}: {}.", file.name, file.message)));
    if outcome.left_out.len() > SHOWN {
        words.push(format!("{} more files were left out.", outcome.left_out.len() - SHOWN));
    }
    Ok(see_other_with("/admin/products/import", Flash::notice(words.join(" "))))
}
