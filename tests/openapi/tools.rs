//! Programs that read the description, and what they are given.

use std::path::{Path, PathBuf};
use std::process::Command;

use chassis::testing::{program, skip};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program called `name`, or a word about its absence.
pub fn tool(name: &str) -> Option<PathBuf> {
    let found = program(name);
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// Runs a program to its end; what it prints is the reason if it fails.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}:\n{out}\n{err}");
    out.into_owned()
}

/// The description as the shop serves it, in a file.
pub fn document(folder: &Path) -> PathBuf {
    let path = folder.join("openapi.json");
    std::fs::write(&path, app::ops::openapi::document().unwrap()).unwrap();
    path
}

/// The `node_modules` that a program of `node_modules/.bin` belongs to.
pub fn packages(program: &Path) -> PathBuf {
    let whole = program.canonicalize().unwrap();
    whole.ancestors().find(|folder| folder.ends_with("node_modules")).unwrap().to_owned()
}
