//! Files that are still there, and whole, after a power cut.
//!
//! A file is on the disk when its content was synced *and* the folder in which it has its name; a rename without both
//! can leave a file with no content, minutes later. Whatever a committed row or a printed promise relies on is written
//! here: beside its place, synced, renamed into its place, and the folder synced. A reader sees all of the old file or
//! all of the new one.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Who may read what is written: its owner alone, for it holds addresses, letters or secrets.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Writes a file, or replaces it. When this returns `Ok`, no power cut takes it back. Its folder must be there.
///
/// # Errors
/// The system's; then the file is as it was before, or already the new one.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let unfinished = unfinished(folder, path.file_name().unwrap_or_default());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&unfinished)?;
    let placed =
        file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&unfinished, path));
    if let Err(error) = placed {
        // The name is used only once, so nothing else would remove this file.
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    sync_folder(folder)
}

/// Takes a file away for good; it is no error if it is not there.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        // One that is not there may have been removed a moment ago, by a process that was cut off.
        _ => sync_folder(folder_of(path)),
    }
}

/// Makes a folder and those above it that are missing, so that none of them is gone after a power cut.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = folder_of(path);
    make_folder(parent)?;
    match DirBuilder::new().mode(FOLDER_MODE).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => Err(error),
        _ => sync_folder(parent),
    }
}

/// Sees to it that the names in a folder are on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name that is used once. The process id would not do: threads share it, and so do containers with a common folder.
fn unfinished(folder: &Path, name: &OsStr) -> PathBuf {
    let random = hex::encode(rand::random::<[u8; 16]>());
    folder.join(format!(".{}.{random}.part", name.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c");
        make_folder(&deep).unwrap();
        make_folder(&deep).unwrap();
        let path = deep.join("note.json");
        write(&path, b"a longer first text").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(&deep).unwrap().count(), 1);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&deep).unwrap().permissions().mode() & 0o777, 0o700);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn threads_that_write_the_same_file_leave_one_of_their_texts_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.json");
        std::thread::scope(|scope| {
            for letter in b'a'..=b'h' {
                let path = &path;
                scope.spawn(move || (0..20).for_each(|_| write(path, &vec![letter; 100_000]).unwrap()));
            }
        });
        let text = std::fs::read(&path).unwrap();
        assert_eq!(text, vec![text[0]; 100_000]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_take_its_place_is_an_error_and_so_is_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("taken")).unwrap();
        assert!(write(&folder.path().join("taken"), b"x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of the attempt");
        write(&folder.path().join("file"), b"x").unwrap();
        assert!(make_folder(&folder.path().join("file/below")).is_err());
        assert!(write(&folder.path().join("missing/file"), b"x").is_err());
    }
}
