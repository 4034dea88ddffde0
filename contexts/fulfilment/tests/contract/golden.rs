//! Files that pin what was promised.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file under a context's `contract/`.
pub fn contract(context: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(context).join("contract").join(file)
}

/// The JSON in a file.
pub fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether files are to be written again.
pub fn updating() -> bool {
    std::env::var_os("UPDATE_CONTRACTS").is_some()
}

/// Compares with the file, or writes it.
pub fn assert_golden(path: &Path, actual: &Value) {
    if updating() {
        let text = serde_json::to_string_pretty(actual).unwrap() + "\n";
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(path, text).unwrap();
    }
    assert_eq!(&read(path), actual, "{} has drifted; see UPDATE_CONTRACTS", path.display());
}

/// Asserts that the value is what the schema says.
pub fn assert_valid(schema: &Value, value: &Value, what: &str) {
    let validator = jsonschema::options().should_validate_formats(true).build(schema);
    let validator = validator.unwrap_or_else(|error| panic!("the schema of {what}: {error}"));
    let wrong: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(wrong.is_empty(), "{what} is not what its schema says: {wrong:?}\n{value:#}");
}
