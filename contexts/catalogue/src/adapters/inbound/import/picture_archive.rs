//! Pictures that come in together, as an archive of files.
//!
//! Nothing is unpacked to a disk, and no more of a file is read than a picture may have.

use std::io::{Cursor, Read as _};

use serde::Serialize;
use shared_kernel::StoreError;
use utoipa::ToSchema;
use zip::ZipArchive;

use crate::adapters::inbound::csv::picture_name;
use crate::application::{KeepPicture, KeepPictureError};
use crate::domain::{ImageName, Media};

/// The largest archive that is taken: 64 MiB.
pub const MAX_ARCHIVE_BYTES: usize = 64 * 1024 * 1024;
/// The most files that an archive may hold.
const MAX_FILES: usize = 10_000;

/// What became of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ArchiveOutcome {
    /// How many pictures are kept.
    pub kept: u64,
    /// Files that are not, and why; folders and hidden files are passed over.
    pub left_out: Vec<SkippedFile>,
}

/// A file that is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LeftOut)]
pub struct SkippedFile {
    /// Its name in the archive.
    pub name: String,
    /// Why.
    pub message: String,
}

/// Why an archive was not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// More than [`MAX_ARCHIVE_BYTES`].
    #[error("an archive may have up to 64 MiB; send the pictures in several")]
    TooLarge,
    /// More files than it may hold.
    #[error("an archive may hold up to 10000 files; send the pictures in several")]
    TooMany,
    /// Not a ZIP file, or a broken one.
    #[error("the file is no ZIP archive, or is damaged")]
    NoArchive,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps every picture of a ZIP archive under its own name, in place of any other of that name.
///
/// # Errors
/// [`ArchiveError`]; what was kept until then stays, and the same archive may be sent again.
pub async fn keep_pictures(keep_picture: &KeepPicture, bytes: Vec<u8>) -> Result<ArchiveOutcome, ArchiveError> {
    if bytes.len() > MAX_ARCHIVE_BYTES {
        return Err(ArchiveError::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::NoArchive)?;
    if archive.len() > MAX_FILES {
        return Err(ArchiveError::TooMany);
    }
    let mut outcome = ArchiveOutcome::default();
    for index in 0..archive.len() {
        match picture(&mut archive, index) {
            None => {}
            Some(Err(left_out)) => outcome.left_out.push(left_out),
            Some(Ok(file)) => match keep_picture.execute(file.kept_as, file.bytes).await {
                Ok(()) => outcome.kept += 1,
                Err(KeepPictureError::Picture(error)) => {
                    outcome.left_out.push(SkippedFile { name: file.path, message: error.to_string() });
                }
                Err(KeepPictureError::Store(error)) => return Err(error.into()),
            },
        }
    }
    Ok(outcome)
}

/// A file of the archive that may be a picture.
struct Unpacked {
    path: String,
    kept_as: ImageName,
    bytes: Vec<u8>,
}

/// The file at this place; `None` for a folder or what an operating system puts beside the files.
fn picture(archive: &mut ZipArchive<Cursor<Vec<u8>>>, index: usize) -> Option<Result<Unpacked, SkippedFile>> {
    let unreadable = || SkippedFile { name: format!("file {}", index + 1), message: "cannot be unpacked".to_owned() };
    let Ok(file) = archive.by_index(index) else { return Some(Err(unreadable())) };
    let Ok(path) = file.name().map(|path| path.replace('\\', "/")) else { return Some(Err(unreadable())) };
    let name = path.rsplit('/').next().unwrap_or_default();
    if file.is_dir() || name.starts_with('.') || path.starts_with("__MACOSX/") {
        return None;
    }
    let refused = |message: String| Err(SkippedFile { name: path.clone(), message });
    let Some(kept_as) = picture_name(name) else {
        return Some(refused("its name does not end like a picture that is shown".to_owned()));
    };
    let mut bytes = Vec::new();
    // One byte more than a picture may have shows that it has too many, whatever the archive says of its length.
    if file.take(Media::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).is_err() {
        return Some(refused("cannot be unpacked".to_owned()));
    }
    Some(Ok(Unpacked { path, kept_as, bytes }))
}
