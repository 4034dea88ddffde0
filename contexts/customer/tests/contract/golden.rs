//! Files that pin what we promise.

use std::path::PathBuf;

use serde_json::Value;

pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contract").join(name)
}

pub fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("contract/{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("contract/{name}: {error}"))
}

/// The value is what the file says; or the file is written again, if that was asked for.
pub fn assert_golden(name: &str, actual: &Value) {
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        let text = serde_json::to_string_pretty(actual).unwrap() + "\n";
        std::fs::write(path(name), text).unwrap();
    }
    let promised = read(name);
    assert_eq!(actual, &promised, "contract/{name} differs; if the change is additive, run with UPDATE_CONTRACTS=1");
}
