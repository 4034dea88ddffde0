//! Programs that some tests need and a machine may lack.

use std::path::{Path, PathBuf};

/// Where `name` is installed. Without it a test is skipped, and says so; under `tests/run` it fails instead.
///
/// # Panics
/// When it is missing and `STORE_TESTS_MUST_RUN` is set.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Servers are often outside a user's path; linters are where tests/run puts them.
    let home = std::env::var_os("HOME").unwrap_or_default();
    let linters = Path::new(&home).join(".cache/better-store/linters/bin");
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), linters]);
    let found = places.map(|place| place.join(name)).find(|program| program.is_file());
    if found.is_none() {
        assert!(std::env::var_os("STORE_TESTS_MUST_RUN").is_none(), "{name} is missing");
        eprintln!("SKIPPED: no {name} on this machine");
    }
    found
}
