//! Whether a SQLite file is in order, as far as SQLite can say.

use std::path::Path;

use shared_kernel::StoreError;

use super::Location;
use super::session::Session;

/// What is wrong with the file: pages, indexes and constraints first, then references that lead nowhere. The file is not
/// changed.
///
/// # Errors
/// [`StoreError::Unavailable`] when it cannot be read as a database at all.
pub async fn problems_in_file(path: &Path) -> Result<Vec<String>, StoreError> {
    let mut session = Session::reading(&Location::File(path.to_owned())).await?;
    let mut found = session.texts("PRAGMA integrity_check".to_owned(), Vec::new()).await?;
    found.retain(|line| line != "ok");
    let astray = "SELECT DISTINCT 'rows of ' || \"table\" || ' refer to missing rows of ' || parent
        FROM pragma_foreign_key_check()";
    found.extend(session.texts(astray.to_owned(), Vec::new()).await?);
    session.close().await?;
    Ok(found)
}
